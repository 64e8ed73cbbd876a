import { after, test } from "node:test";
import { PGlite } from "@electric-sql/pglite";
import { Kysely, PGliteDialect } from "kysely";
import { openDatabase, type Database } from "../database/database.ts";
import type { Tables } from "../database/tables.ts";
import { lacking, postgresServer, stopPostgres } from "./postgres-server.ts";
import { tablesImage } from "./tables-image.ts";

async function openMemory(): Promise<Database> {
  const pglite = await PGlite.create({ loadDataDir: await tablesImage() });
  const queries = new Kysely<Tables>({ dialect: new PGliteDialect({ pglite }) });
  return {
    queries,
    native: { kind: "pglite", pglite },
    async close() {
      await queries.destroy();
      if (!pglite.closed) await pglite.close();
    },
  };
}

async function openOnServer(): Promise<Database> {
  return await openDatabase({ kind: "server", url: await (await postgresServer()).make({ tables: true }) });
}

let stopping = false;

/** Ends the server after the last test of this process. */
export function stopAtTheEnd(): void {
  if (!stopping) after(stopPostgres);
  stopping = true;
}

const kinds = [
  { kind: "PGlite", open: openMemory, lacking: undefined },
  { kind: "PostgreSQL", open: openOnServer, lacking },
] as const;

type Body = (database: Database) => Promise<void>;

/** A test that holds on both databases that the panel runs on, each with all tables and nothing in them. */
export function onBothDatabases(name: string, body: Body): void {
  stopAtTheEnd();
  for (const { kind, open, lacking: skip } of kinds) {
    void test(`${name} (${kind})`, { skip: skip ?? false }, async () => {
      const database = await open();
      try {
        await body(database);
      } finally {
        await database.close();
      }
    });
  }
}

/** The same for several tests that share their databases: each has to make what it looks at. */
export function sharedDatabases(): (name: string, body: Body) => void {
  const opened = new Map<string, Promise<Database>>();
  after(async () => {
    for (const database of opened.values()) await (await database).close();
  });
  stopAtTheEnd();
  return (name, body) => {
    for (const { kind, open, lacking: skip } of kinds) {
      void test(`${name} (${kind})`, { skip: skip ?? false }, async () => {
        const database = opened.get(kind) ?? open();
        opened.set(kind, database);
        await body(await database);
      });
    }
  };
}
