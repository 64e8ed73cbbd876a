/** How to hear of interruptions. */
export interface Interrupt {
  /** Aborted at the first Ctrl-C. */
  readonly signal: AbortSignal;
  end(): void;
}

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Turns the first Ctrl-C (or SIGTERM, SIGHUP) into an aborted signal, so that what is under way ends in order; at the
 * second the process leaves at once.
 * @param tell called at the first
 */
export function listenForInterrupt(tell: () => void): Interrupt {
  const controller = new AbortController();
  const listener = (): void => {
    if (controller.signal.aborted) process.exit(130);
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
