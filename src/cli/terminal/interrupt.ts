/** How to hear of interruptions. */
export interface Interrupt {
  /** Aborted at the first Ctrl-C. */
  readonly signal: AbortSignal;
  end(): void;
}

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Milliseconds in which another signal is the same wish: a whole process group gets it, and npm passes on what it got. */
const sameWish = 500;

/**
 * Turns the first Ctrl-C (or SIGTERM, SIGHUP) into an aborted signal, so that what is under way ends in order; at the
 * second wish the process leaves at once.
 * @param tell called at the first
 */
export function listenForInterrupt(tell: () => void): Interrupt {
  const controller = new AbortController();
  let since = 0;
  const listener = (): void => {
    if (controller.signal.aborted) {
      if (performance.now() - since < sameWish) return;
      process.exit(130);
    }
    since = performance.now();
    controller.abort();
    tell();
  };
  for (const name of signals) process.on(name, listener);
  return {
    signal: controller.signal,
    end() {
      for (const name of signals) process.off(name, listener);
    },
  };
}

/** Waits until a signal is aborted, and keeps the process until then. */
export function interrupted(signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    // A pending promise alone does not keep the process.
    const alive = setInterval(() => undefined, 1_000_000);
    const end = (): void => {
      clearInterval(alive);
      done();
    };
    if (signal.aborted) end();
    else signal.addEventListener("abort", end, { once: true });
  });
}
