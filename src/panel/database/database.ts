import { inspect } from "node:util";
import type { PGlite } from "@electric-sql/pglite";
import { Kysely, PGliteDialect, PostgresDialect, sql } from "kysely";
import { Migrator } from "kysely/migration";
import type { Pool } from "pg";
import { Failure } from "../../model/failure.ts";
import { firstTables } from "./migrations/0001-first-tables.ts";
import { indexes } from "./migrations/0002-indexes.ts";
import { waysBack } from "./migrations/0003-ways-back.ts";
import { waysBackFromTheComputer } from "./migrations/0004-ways-back-from-the-computer.ts";
import { lockFolder } from "./folder-lock.ts";
import type { Tables } from "./tables.ts";

/** What pages and workers query. */
export type Queries = Kysely<Tables>;

/** Where the panel keeps what it knows. */
export type DatabaseLocation =
  | { readonly kind: "folder"; readonly folder: string }
  | { readonly kind: "server"; readonly url: string };

/** An open database. */
export interface Database {
  readonly queries: Queries;
  /** What the queue is opened on. */
  readonly native:
    | { readonly kind: "pglite"; readonly pglite: PGlite }
    | { readonly kind: "server"; readonly url: string };
  close(): Promise<void>;
}

/** In the order in which they are carried out; the names are kept in the database. */
const migrations = {
  "0001-first-tables": firstTables,
  "0002-indexes": indexes,
  "0003-ways-back": waysBack,
  "0004-ways-back-from-the-computer": waysBackFromTheComputer,
};

/**
 * Brings the tables to what this version needs.
 * @throws Failure `migration-failed`; nothing of the failed step stays
 */
export async function migrate(queries: Queries): Promise<void> {
  const migrator = new Migrator({ db: queries, provider: { getMigrations: () => Promise.resolve(migrations) } });
  const { error, results } = await migrator.migrateToLatest();
  if (error === undefined) return;
  const at = results?.find(({ status }) => status === "Error")?.migrationName;
  throw new Failure(
    {
      code: "migration-failed",
      attempted: "bring the panel's database to this version",
      subject: at,
      found: error instanceof Error ? error.message : inspect(error),
      next: "Nothing of this step was kept. Restore the version that ran before, or mend what the database says.",
    },
    { cause: error },
  );
}

async function openFolder(folder: string): Promise<Database> {
  const lock = await lockFolder(folder);
  try {
    const { PGlite } = await import("@electric-sql/pglite");
    const pglite = await PGlite.create(folder);
    const queries = new Kysely<Tables>({ dialect: new PGliteDialect({ pglite }) });
    return {
      queries,
      native: { kind: "pglite", pglite },
      async close() {
        await queries.destroy();
        if (!pglite.closed) await pglite.close();
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function openServer(url: string): Promise<Database> {
  const { default: pg } = await import("pg");
  const { builtins, setTypeParser } = pg.types;
  // PGlite gives numbers; beyond 2^53 neither can.
  setTypeParser(builtins.INT8, (value) => {
    const number = Number(value);
    if (!Number.isSafeInteger(number)) throw new RangeError(`${value} is no safe integer`);
    return number;
  });
  const pool: Pool = new pg.Pool({ connectionString: url, max: 10, connectionTimeoutMillis: 10_000 });
  // An idle connection that the server ends is replaced by the next query, which says what is wrong if it cannot be.
  pool.on("error", () => undefined);
  // Nor is one that ends between two queries of a transaction: the next of them says so.
  pool.on("connect", (client) => client.on("error", () => undefined));
  return {
    queries: new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) }),
    native: { kind: "server", url },
    close: () => pool.end(),
  };
}

function unreachable(location: DatabaseLocation, error: unknown): Failure {
  if (error instanceof Failure) return error;
  const folder = location.kind === "folder";
  return new Failure(
    {
      code: "database-unreachable",
      attempted: "open the panel's database",
      subject: folder ? location.folder : "DATABASE_URL",
      found: error instanceof Error ? error.message : String(error),
      next: folder
        ? "Look whether this user may write into the folder, and whether a database of the panel is in it."
        : "Look whether PostgreSQL runs and takes this user, database and password.",
    },
    { cause: error },
  );
}

/**
 * Opens the database and brings its tables to this version.
 * @throws Failure `database-locked`, `database-unreachable`, `migration-failed`
 */
export async function openDatabase(location: DatabaseLocation): Promise<Database> {
  let database: Database | undefined;
  try {
    database = location.kind === "folder" ? await openFolder(location.folder) : await openServer(location.url);
    // What goes wrong from here on is no matter of reaching it.
    await sql`select 1`.execute(database.queries);
    await migrate(database.queries);
    return database;
  } catch (error) {
    await database?.close();
    throw unreachable(location, error);
  }
}
