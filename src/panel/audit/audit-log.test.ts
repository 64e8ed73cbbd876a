import assert from "node:assert/strict";
import { chainStart, verifyAudit, writeAudit, type AuditEntry } from "./audit-log.ts";
import { onBothDatabases } from "../testing/both-databases.ts";
import type { Queries } from "../database/database.ts";

const entry: AuditEntry = {
  actor: "person ada@example.org",
  operator: "operator",
  action: "member.change",
  subject: "person grace@example.org",
  outcome: "done",
  source: "192.0.2.7",
};

async function write(queries: Queries, count: number): Promise<void> {
  for (let at = 0; at < count; at += 1)
    await writeAudit(queries, { ...entry, detail: { at: String(at), "\u{1F600} ä": '"\\' } }, 1_700_000_000_123 + at);
}

onBothDatabases("an untouched trail fits, from the first entry on", async ({ queries }) => {
  assert.equal(await verifyAudit(queries), undefined);
  await write(queries, 5);
  await writeAudit(queries, { ...entry, operator: undefined, outcome: "denied", detail: { z: 1, a: [null, 0.5] } });
  assert.equal(await verifyAudit(queries), undefined);
  const rows = await queries.selectFrom("audit").selectAll().orderBy("sequence").execute();
  assert.deepEqual(
    rows.map(({ sequence }) => sequence),
    [1, 2, 3, 4, 5, 6],
  );
  assert.equal(rows[0]?.previous_hash, chainStart);
});

onBothDatabases("a trail longer than one reading fits as a whole", async ({ queries }) => {
  await write(queries, 7);
  for (const pageSize of [1, 3, 7]) assert.equal(await verifyAudit(queries, pageSize), undefined);
  await queries.updateTable("audit").set({ subject: "another" }).where("sequence", "=", 4).execute();
  for (const pageSize of [1, 3, 7]) assert.equal(await verifyAudit(queries, pageSize), 4);
});

const changes = {
  time: new Date(0),
  actor: "nobody",
  operator_id: null,
  action: "member.read",
  subject: "nothing",
  outcome: "denied",
  source: "198.51.100.1",
  detail: "{}",
  previous_hash: chainStart,
  hash: chainStart,
} as const;

onBothDatabases("an entry is found whatever of it was changed", async ({ queries }) => {
  await write(queries, 4);
  for (const [column, value] of Object.entries(changes)) {
    const original = await queries.selectFrom("audit").selectAll().where("sequence", "=", 3).executeTakeFirstOrThrow();
    const change = { [column]: value };
    await queries.updateTable("audit").set(change).where("sequence", "=", 3).execute();
    assert.equal(await verifyAudit(queries), 3, column);
    const back = { ...original, detail: JSON.stringify(original.detail) };
    await queries.updateTable("audit").set(back).where("sequence", "=", 3).execute();
    assert.equal(await verifyAudit(queries), undefined, `${column} put back`);
  }
});

onBothDatabases("an entry that was removed is found, also the first", async ({ queries }) => {
  await write(queries, 4);
  await queries.deleteFrom("audit").where("sequence", "=", 2).execute();
  assert.equal(await verifyAudit(queries), 3);
  await queries.deleteFrom("audit").where("sequence", "=", 1).execute();
  assert.equal(await verifyAudit(queries), 3);
});

onBothDatabases("two entries that changed places are found", async ({ queries }) => {
  await write(queries, 4);
  const move = (from: number, to: number) =>
    queries.updateTable("audit").set({ sequence: to }).where("sequence", "=", from).execute();
  await move(2, 99);
  await move(3, 2);
  await move(99, 3);
  assert.equal(await verifyAudit(queries), 2);
});

onBothDatabases("writers at the same time make one chain, and lose nothing", async ({ queries }) => {
  const actors = Array.from({ length: 40 }, (_, at) => `person ${String(at)}`);
  await Promise.all(actors.map((actor) => writeAudit(queries, { ...entry, actor })));
  assert.equal(await verifyAudit(queries), undefined);
  const rows = await queries.selectFrom("audit").select("actor").execute();
  assert.deepEqual(rows.map(({ actor }) => actor).toSorted(), actors.toSorted());
});
