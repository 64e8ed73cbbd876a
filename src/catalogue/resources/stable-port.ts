import { createHash } from "node:crypto";

/** Below Linux's ephemeral ports (ip_local_port_range begins at 32768) and above what Debian's services use. */
const first = 16_000;
const count = 8000;

/**
 * Gives a port for something that may listen on any: by its name, so that it stays the same whatever else there is.
 * Two names with one port are found when their parts of a system are merged.
 */
export function stablePort(name: string): number {
  return first + (createHash("sha256").update(name).digest().readUInt32BE(0) % count);
}
