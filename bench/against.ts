import type { Found } from "./bench.ts";
import type { Measurement } from "./measurement.ts";

/** Adds to a measurement why it has no peer, where the peer is missing. Pure. */
export function withReason(found: Found<object>, measurement: Measurement): Measurement {
  return "missing" in found ? { ...measurement, skipped: found.missing } : measurement;
}
