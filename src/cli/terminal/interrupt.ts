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
