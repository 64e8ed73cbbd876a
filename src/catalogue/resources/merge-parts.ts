import type { SystemInput } from "../../system/system.ts";

/** Puts parts of a system that one resource makes into one; what stands in two of them is the same in both. */
export function mergeParts(...parts: readonly SystemInput[]): SystemInput {
  const merged: Record<string, unknown> = {};
  for (const part of parts) {
    for (const [member, value] of Object.entries(part)) {
      const before = merged[member];
      merged[member] = Array.isArray(value)
        ? [...((before as readonly unknown[] | undefined) ?? []), ...(value as readonly unknown[])]
        : Object.assign(before ?? {}, value);
    }
  }
  return merged;
}
