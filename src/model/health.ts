import { z } from "zod";
import { PlainText } from "./reference.ts";

const timing = {
  /** Seconds until the check must have passed once; it is tried again and again until then. */
  deadline: z.number().positive().max(900).default(30),
};

/** A check that says whether something serves, run on the machine after each activation and by `status`. */
export const HealthCheck = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("http"),
    port: z.int().min(1).max(65_535),
    path: z.string().regex(/^\/[!-~]*$/, "expected a path of printable ASCII that begins with /"),
    host: z
      .string()
      .regex(/^[a-z0-9.-]+$/)
      .default("localhost"),
    status: z.int().min(100).max(599).default(200),
    ...timing,
  }),
  z.strictObject({ kind: z.literal("tcp"), port: z.int().min(1).max(65_535), ...timing }),
  z.strictObject({
    kind: z.literal("command"),
    /** Argument vector; exit code 0 is healthy. Run as root without a shell. */
    command: z.array(PlainText).min(1),
    ...timing,
  }),
]);
export type HealthCheck = z.infer<typeof HealthCheck>;
/** A health check as an author writes it, defaults left out. */
export type HealthCheckInput = z.input<typeof HealthCheck>;
