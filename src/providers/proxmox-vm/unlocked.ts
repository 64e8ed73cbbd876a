import { setTimeout as pause } from "node:timers/promises";
import { Failure } from "../../model/failure.ts";

/** Milliseconds that a lock of somebody else is waited for. */
const patience = 120_000;

/**
 * Does what is refused while something else works with the machine, such as a backup, again until it is not.
 * @throws Failure of the last try
 */
export async function whenUnlocked<Result>(
  work: () => Promise<Result>,
  { signal, locked }: { readonly signal?: AbortSignal | undefined; readonly locked: (words: string) => void },
): Promise<Result> {
  const until = performance.now() + patience;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Failure) || error.code !== "proxmox-locked" || performance.now() > until) throw error;
      locked(error.report.found);
      await pause(500, undefined, { signal });
    }
  }
}
