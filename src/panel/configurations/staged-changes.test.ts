import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { isObject, type JsonObject } from "../../model/json.ts";
import { sharedDatabases } from "../testing/both-databases.ts";
import { makeConfiguration, makeOperator } from "../testing/rows.ts";
import { optionsOf, withApplication } from "./catalogue.ts";
import { configurationsOf } from "./configuration-store.ts";
import { discardStaged, unstageApplication } from "./stage-application.ts";
import { stagedChanges } from "./staged-changes.ts";

const names = ["mastodon", "snac", "peertube"];
const hostile = fc.constantFrom("", "'; drop table run; --", "<b>", "\u{1F600}\u202E", "a\nb", "constructor");
const options = fc.dictionary(fc.constantFrom("title", "host", "toString"), fc.oneof(hostile, fc.boolean(), fc.nat()));
const configuration = fc
  .record({
    domain: fc.constantFrom("a.example", "b.example"),
    some: fc.dictionary(fc.constantFrom(...names), options),
  })
  .map(({ domain, some }) =>
    Object.entries(some).reduce<JsonObject>((all, [name, one]) => withApplication(all, name, one), {
      domain,
      applications: {},
    }),
  );

/** Carries out what is listed, in another way than it was found. */
function applied(changes: ReturnType<typeof stagedChanges>, from: JsonObject, to: JsonObject): JsonObject {
  let result = from;
  for (const { application, kind, option, to: value } of changes) {
    const put = (old: JsonObject, name: string): JsonObject =>
      Object.fromEntries([
        ...Object.entries(old).filter(([key]) => key !== name),
        ...(value === undefined ? [] : [[name, value] as const]),
      ]);
    if (application === undefined) result = put(result, option ?? "");
    else if (kind === "changed")
      result = withApplication(result, application, put(optionsOf(result, application) ?? {}, option ?? ""));
    else result = withApplication(result, application, kind === "added" ? optionsOf(to, application) : undefined);
  }
  return result;
}

void test("the list of changes leads from what is deployed to what is staged, and is empty for the same", () => {
  fc.assert(
    fc.property(configuration, configuration, (deployed, staged) => {
      assert.deepEqual(stagedChanges(deployed, deployed), []);
      assert.deepEqual(applied(stagedChanges(deployed, staged), deployed, staged), staged);
      const applications = isObject(staged["applications"]) ? Object.keys(staged["applications"]) : [];
      assert.deepEqual(
        stagedChanges(null, staged).map(({ application, kind }) => [application, kind]),
        applications.toSorted().map((name) => [name, "added"]),
      );
    }),
  );
});

void test("an application that is put in and taken out leaves the others as they were", () => {
  fc.assert(
    fc.property(configuration, options, (before, some) => {
      const without = withApplication(before, "snac", undefined);
      assert.deepEqual(withApplication(withApplication(without, "snac", some), "snac", undefined), without);
      assert.deepEqual(optionsOf(withApplication(before, "snac", some), "snac"), { ...some, enable: true });
    }),
  );
});

const onDatabases = sharedDatabases();
let count = 0;

onDatabases("what is staged and discarded gives back what was, with every character", async ({ queries }) => {
  const operator = await makeOperator(queries);
  const store = configurationsOf(queries, operator, Date.now);
  const { id, staged: deployed } = await makeConfiguration(queries, operator, `staged${String((count += 1))}.example`);
  const set = { deployed: JSON.stringify(deployed), deployed_at: new Date() };
  await queries.updateTable("configuration").set(set).where("id", "=", id).execute();
  const now = async () => (await store.find(id)) ?? assert.fail();
  await fc.assert(
    fc.asyncProperty(options, async (some) => {
      await store.stage(id, withApplication((await now()).staged, "mastodon", some));
      assert.deepEqual(optionsOf((await now()).staged, "mastodon"), { ...some, enable: true });
      await unstageApplication(store, await now(), "mastodon");
      assert.deepEqual(stagedChanges(deployed, (await now()).staged), []);
      await store.stage(id, withApplication(deployed, "snac", some));
      await discardStaged(store, await now());
      assert.deepEqual((await now()).staged, deployed);
    }),
    { numRuns: 15 },
  );
});

onDatabases("what was never deployed is forgotten, and nothing of another operator's", async ({ queries }) => {
  const [own, other] = [await makeOperator(queries), await makeOperator(queries)];
  const made = await makeConfiguration(queries, own, `staged${String((count += 1))}.example`);
  await discardStaged(configurationsOf(queries, other, Date.now), made);
  const store = configurationsOf(queries, own, Date.now);
  assert.deepEqual((await store.find(made.id))?.staged, made.staged);
  await discardStaged(store, made);
  assert.equal(await store.find(made.id), undefined);
});
