/** What has to be done before this process may end. */
type Cleanup = () => Promise<void>;

const cleanups = new Set<Cleanup>();
const signals: Readonly<Partial<Record<NodeJS.Signals, number>>> = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 };
let since: number | undefined;

function end(signal: NodeJS.Signals): void {
  const code = signals[signal] ?? 1;
  if (since !== undefined) {
    // A terminal and npm both send one Ctrl-C. Who asks again later does not want to wait; the next lab clears up.
    if (performance.now() - since > 1000) process.exit(code);
    return;
  }
  since = performance.now();
  process.stderr.write(`\n${signal}: cleaning up\n`);
  void Promise.allSettled([...cleanups].map((cleanup) => cleanup())).then(() => process.exit(code));
}

/**
 * Has something done when this process is told to end (Ctrl-C, SIGTERM, SIGHUP), before it ends.
 * @returns forgets it again
 */
export function onSignal(cleanup: Cleanup): () => void {
  if (cleanups.size === 0) for (const signal of Object.keys(signals)) process.on(signal, end);
  cleanups.add(cleanup);
  return () => {
    cleanups.delete(cleanup);
    if (cleanups.size === 0) for (const signal of Object.keys(signals)) process.off(signal, end);
  };
}
