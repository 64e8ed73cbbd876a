import type { Reach } from "../network/reach.ts";
import { timed } from "../timed-command.ts";

/**
 * Runs `ssh machine true` on all machines at once, each over a new connection.
 * @returns milliseconds until the last has ended
 */
export async function plainSsh(options: {
  readonly prefix: readonly string[];
  readonly reaches: readonly Reach[];
  readonly sshConfig: string;
  readonly signal: AbortSignal;
}): Promise<number> {
  const { prefix, reaches, sshConfig, signal } = options;
  const begin = performance.now();
  await Promise.all(
    reaches.map(({ name }) =>
      timed(
        [...prefix, "ssh", "-F", sshConfig, "-o", "ControlMaster=no", "-o", "ControlPath=none", "-T", name, "true"],
        { signal },
      ),
    ),
  );
  return performance.now() - begin;
}
