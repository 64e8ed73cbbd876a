import type { PGlite } from "@electric-sql/pglite";
import type { Database } from "./database.ts";

/** Milliseconds between two of them; a server does it by itself. */
const interval = 3_600_000;

/** Makes room again of rows that are gone, which the embedded database never does by itself, and counts what is there. */
export async function vacuum(pglite: PGlite): Promise<void> {
  await pglite.exec("vacuum (analyze)");
}

/** Does so now and every hour, until it is stopped, for a database in a folder. */
export function vacuumRegularly({ native }: Database, report: (error: unknown) => void, stop: AbortSignal): void {
  if (native.kind === "server") return;
  const { pglite } = native;
  const again = (): void => void vacuum(pglite).catch(report);
  again();
  const timer = setInterval(again, interval).unref();
  stop.addEventListener("abort", () => clearInterval(timer), { once: true });
}
