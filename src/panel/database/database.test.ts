import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { sql } from "kysely";
import { Failure } from "../../model/failure.ts";
import { onBothDatabases, stopAtTheEnd } from "../testing/both-databases.ts";
import { makePerson } from "../testing/rows.ts";
import { lacking, postgresServer } from "../testing/postgres-server.ts";
import { migrate, openDatabase, type DatabaseLocation, type Queries } from "./database.ts";

stopAtTheEnd();

const failsWith = (code: string) => (error: unknown) => error instanceof Failure && error.code === code;

async function tablesIn(queries: Queries): Promise<readonly string[]> {
  const { rows } = await sql<{ name: string }>`
    select table_name as name from information_schema.tables where table_schema = 'public'`.execute(queries);
  return rows.map(({ name }) => name).toSorted();
}

const expected = [
  "attempt audit challenge configuration invitation kysely_migration kysely_migration_lock member operator passkey",
  "person recovery_code run run_event session token way_back",
]
  .join(" ")
  .split(" ");

async function holdsFromEmpty(location: DatabaseLocation): Promise<void> {
  const first = await openDatabase(location);
  assert.deepEqual(await tablesIn(first.queries), expected);
  const time = new Date(1_700_000_000_123);
  await first.queries.insertInto("operator").values({ id: "a", name: "Ada's", created_at: time }).execute();
  await first.queries.insertInto("attempt").values({ key: "k", window: 1_700_000_000_123, count: 1 }).execute();
  if (location.kind === "folder") await assert.rejects(openDatabase(location), failsWith("database-locked"));
  await first.close();
  const second = await openDatabase(location);
  try {
    assert.deepEqual(await second.queries.selectFrom("operator").selectAll().execute(), [
      { id: "a", name: "Ada's", created_at: time, suspended_at: null },
    ]);
    assert.deepEqual(await second.queries.selectFrom("attempt").selectAll().execute(), [
      { key: "k", window: 1_700_000_000_123, count: 1 },
    ]);
  } finally {
    await second.close();
  }
}

void test("tables are made once, what is in them stays, one process has the folder (PGlite)", async () => {
  const folder = await mkdtemp(join(tmpdir(), "fedipanel-database-"));
  try {
    await holdsFromEmpty({ kind: "folder", folder: join(folder, "database") });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

void test("tables are made once, and what is in them stays (PostgreSQL)", { skip: lacking ?? false }, async () => {
  await holdsFromEmpty({ kind: "server", url: await (await postgresServer()).make({ tables: false }) });
});

onBothDatabases("a step that fails leaves nothing, and can be tried again", async ({ queries }) => {
  for (const table of expected.filter((one) => one !== "attempt"))
    await sql`drop table ${sql.table(table)} cascade`.execute(queries);
  // The last table of the first step is in the way of itself.
  await assert.rejects(migrate(queries), (error) => {
    assert.ok(error instanceof Failure);
    assert.equal(error.code, "migration-failed");
    assert.equal(error.report.subject, "0001-first-tables");
    assert.match(error.report.found, /"attempt" already exists/);
    return true;
  });
  assert.deepEqual(
    (await tablesIn(queries)).filter((name) => !name.startsWith("kysely")),
    ["attempt"],
  );
  await sql`drop table attempt`.execute(queries);
  await migrate(queries);
  assert.deepEqual(await tablesIn(queries), expected);
});

onBothDatabases("a database of the version before gets what is new, and keeps what it has", async ({ queries }) => {
  const person = await makePerson(queries, { email: "ada@example.org" });
  await sql`drop table way_back`.execute(queries);
  await sql`delete from kysely_migration where name > '0002-indexes'`.execute(queries);
  await migrate(queries);
  assert.deepEqual(await tablesIn(queries), expected);
  assert.deepEqual(await queries.selectFrom("person").select("id").execute(), [{ id: person }]);
});

onBothDatabases("a database of a newer version is refused and left alone", async ({ queries }) => {
  await sql`insert into kysely_migration (name, timestamp) values ('0099-later', '2100')`.execute(queries);
  await assert.rejects(migrate(queries), failsWith("migration-failed"));
  assert.deepEqual(await tablesIn(queries), expected);
});

void test(
  "processes that start together on an empty server make the tables once",
  { skip: lacking ?? false },
  async () => {
    const location = { kind: "server", url: await (await postgresServer()).make({ tables: false }) } as const;
    const opened = await Promise.all(Array.from({ length: 4 }, () => openDatabase(location)));
    assert.deepEqual(await tablesIn((opened[0] ?? assert.fail()).queries), expected);
    for (const database of opened) await database.close();
  },
);

void test("a database that is not to be had is named, without its password", async () => {
  const folder = await mkdtemp(join(tmpdir(), "fedipanel-database-"));
  const file = join(folder, "file");
  await writeFile(file, "");
  await assert.rejects(openDatabase({ kind: "folder", folder: file }), failsWith("database-unreachable"));
  await rm(folder, { recursive: true, force: true });
  await assert.rejects(openDatabase({ kind: "server", url: "postgresql://ada:hunter2@127.0.0.1:1/panel" }), (error) => {
    assert.ok(error instanceof Failure);
    assert.equal(error.code, "database-unreachable");
    assert.equal(error.report.subject, "DATABASE_URL");
    assert.doesNotMatch(JSON.stringify(error.report), /hunter2/);
    return true;
  });
});
