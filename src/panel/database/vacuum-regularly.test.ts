import assert from "node:assert/strict";
import { test } from "node:test";
import { PGlite } from "@electric-sql/pglite";
import { vacuum } from "./vacuum-regularly.ts";

void test("rows that are gone leave room for others", async () => {
  const pglite = await PGlite.create();
  try {
    await pglite.exec("create table t (n int primary key, filler text); insert into t values (0, repeat('x', 1000))");
    const size = async (): Promise<number> => {
      const { rows } = await pglite.query<{ size: number }>("select pg_relation_size('t')::int as size");
      return rows[0]?.size ?? 0;
    };
    const change = async (): Promise<void> => {
      await pglite.exec("do $$ begin for round in 1..2000 loop update t set n = n + 1; commit; end loop; end $$");
    };
    await change();
    const grown = await size();
    await vacuum(pglite);
    await change();
    assert.ok((await size()) <= grown, `${String(await size())} after ${String(grown)} bytes`);
  } finally {
    await pglite.close();
  }
});
