import { z } from "zod";
import type { Json } from "../../model/json.ts";

/** What the provider keeps in the state about a machine, so that a later run finds it however this one ends. */
export const Memory = z.object({
  /** The number that was chosen for it, written down before it is asked for. */
  vmid: z.int().optional(),
  /** The node and, once there is one, the task that copies the template. */
  clone: z.object({ node: z.string(), upid: z.string().optional() }).optional(),
  /** When it was last started, in seconds since 1970: by it a restart is noticed. */
  startedAt: z.number().optional(),
  /** Whether what was changed takes a restart that has not been yet. */
  restart: z.boolean().optional(),
});
/** See {@link Memory}. */
export type Memory = z.output<typeof Memory>;

/** Reads what was kept; nothing where it is not understood. */
export function memoryOf(prior: { readonly memory?: Json | undefined } | undefined): Memory {
  return Memory.safeParse(prior?.memory ?? {}).data ?? {};
}

/** When a machine was started that has been up for so many seconds. */
export function startOf(uptime: number): number {
  return Math.round(Date.now() / 1000 - uptime);
}

/** Tells whether two times are those of one start: the cluster looks at machines every few seconds only. */
export function isSameStart(one: number, other: number): boolean {
  return Math.abs(one - other) < 60;
}
