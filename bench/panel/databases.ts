import { join } from "node:path";
import type { DatabaseLocation } from "../../src/panel/database/database.ts";
import { lacking, startPostgres } from "../../src/panel/testing/postgres-server.ts";

/** A database that the panel is measured on. */
export interface BenchDatabase {
  readonly name: string;
  readonly location: DatabaseLocation;
  stop(): Promise<void>;
}

/** A kind of database, or why it is not there. */
export interface DatabaseKind {
  readonly name: string;
  readonly lacking: string | undefined;
  start(folder: string): Promise<BenchDatabase>;
}

/** Both kinds that the panel runs on, empty. */
export const databaseKinds: readonly DatabaseKind[] = [
  {
    name: "PGlite",
    lacking: undefined,
    start: (folder) =>
      Promise.resolve({
        name: "PGlite",
        location: { kind: "folder", folder: join(folder, "database") },
        stop: () => Promise.resolve(),
      }),
  },
  {
    name: "PostgreSQL",
    lacking,
    async start() {
      const server = await startPostgres({ durable: true });
      return {
        name: "PostgreSQL",
        location: { kind: "server", url: await server.make({ tables: false }) },
        stop: () => server.stop(),
      };
    },
  },
];
