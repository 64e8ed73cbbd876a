import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { Failure } from "../../model/failure.ts";
import type { Deployment } from "../../model/deployment.ts";
import type { Provider } from "../provider.ts";
import { makeBench, type Bench } from "../testing/bench.ts";
import { failure, temporaryFolder } from "../testing/temporary-folder.ts";
import { deploymentOf, makeWorld } from "../testing/world.ts";

const deployment: Deployment = {
  ...deploymentOf({}),
  components: {
    "thing/a": { type: "thing", inputs: { value: "one", secret: { $text: ["p=", { $secret: "db/password" }] } } },
    "thing/b": { type: "thing", inputs: { value: "one", secret: { $secret: "user/password" } } },
  },
  secrets: {
    "db/password": { origin: "generated", format: "alphanumeric", length: 24 },
    "user/password": { origin: "given" },
  },
};
const given = { "user/password": "canary-of-the-user" };

interface Outside extends Bench {
  /** What reached the outside: values by component. */
  readonly values: Map<string, string>;
  readonly identityFile: string;
}

/** A provider that brings secrets to the outside, and says them aloud where it must not. */
function outside(context: TestContext, loud = false): Outside {
  const values = new Map<string, string>();
  const names: Record<string, string> = { "thing/a": "db/password", "thing/b": "user/password" };
  const revisions = new Map<string, string>();
  const provider: Provider = {
    ...(makeWorld().provider as Provider),
    async diff({ component, secrets }) {
      const revision = secrets.revision(names[component] ?? "");
      if (revisions.get(component) === revision) return { kind: "same", outputs: { id: component } };
      return { kind: "update", changes: [{ verb: "change", what: "password" }], drift: [] };
    },
    async reconcile({ component, secrets, progress }) {
      const name = names[component] ?? "";
      const value = await secrets.reveal(name);
      values.set(component, value);
      revisions.set(component, secrets.revision(name));
      progress("write", { text: `password ${value}` });
      if (loud) {
        const report = {
          code: "outside",
          attempted: `use ${value}`,
          found: `${value} refused`,
          next: "x",
          details: [value],
        };
        throw new Failure(report, { cause: new Error(value) });
      }
      return { outcome: "updated", outputs: { id: component } };
    },
  };
  const identityFile = join(temporaryFolder(context), "identity.txt");
  return { ...makeBench({ providers: [provider], identityFile }), values, identityFile };
}

test("secrets are made by the first apply, and only read by the next", async (context) => {
  const { engine, values, disk } = outside(context);
  const plan = await engine.plan(deployment, given);
  assert.deepEqual(plan.secrets, { "db/password": "new", "user/password": "new" });
  assert.equal(disk.files.size, 0);
  await engine.apply(plan, given);
  assert.match(values.get("thing/a") ?? "", /^[A-Za-z0-9]{24}$/);
  assert.equal(values.get("thing/b"), given["user/password"]);
  const before = disk.writes();
  assert.deepEqual((await engine.apply(deployment, given)).counts, { unchanged: 2 });
  assert.deepEqual((await engine.apply(deployment, {})).counts, { unchanged: 2 }, "what was given once stays");
  assert.equal(disk.writes(), before);
});

test("with a lost identity nothing is begun", async (context) => {
  const { engine, values, disk, identityFile } = outside(context);
  await engine.apply(deployment, given);
  rmSync(identityFile);
  values.clear();
  const before = disk.writes();
  const { components } = deployment;
  const more = { ...deployment, components: { ...components, "thing/c": { type: "thing", inputs: { value: "one" } } } };
  await assert.rejects(engine.apply(more, {}), failure("secrets-unreadable", /not there/));
  assert.deepEqual([values.size, disk.writes()], [0, before]);
});

test("a given value that changed reaches what uses it, and nothing else", async (context) => {
  const { engine, values } = outside(context);
  await engine.apply(deployment, given);
  const changed = { "user/password": "another-value" };
  const plan = await engine.plan(deployment, changed);
  await assert.rejects(engine.apply(plan, given), failure("plan-stale", /secrets/));
  assert.deepEqual((await engine.apply(plan, changed)).counts, { unchanged: 1, updated: 1 });
  assert.equal(values.get("thing/b"), "another-value");
});

test("rotating gives a new value to what uses the secret, and to nothing else", async (context) => {
  const { engine, values } = outside(context);
  await engine.apply(deployment, given);
  const before = values.get("thing/a");
  const { counts } = await engine.rotate(deployment, given, { secrets: ["db/password"] });
  assert.deepEqual(counts, { unchanged: 1, updated: 1 });
  assert.notEqual(values.get("thing/a"), before);
  await assert.rejects(
    engine.rotate(deployment, given, { secrets: ["user/password"] }),
    failure("secret-not-generated"),
  );
});

test("a permanent secret is refused before anything is written or reaches the outside", async (context) => {
  const { engine, values, disk } = outside(context);
  await engine.apply(deployment, given);
  const [before, writes] = [new Map(values), disk.writes()];
  const { secrets } = await engine.state();
  const permanent = "what the application has encrypted can be read with it alone";
  const marked: Deployment = {
    ...deployment,
    secrets: {
      ...deployment.secrets,
      "db/password": { origin: "generated", format: "alphanumeric", length: 24, permanent },
    },
  };
  await assert.rejects(
    engine.rotate(marked, given, { secrets: ["db/password"] }),
    failure("secret-permanent", /can be read with it alone/),
  );
  assert.deepEqual([values, disk.writes(), (await engine.state()).secrets], [before, writes, secrets]);
  assert.deepEqual((await engine.apply(marked, given)).counts, { unchanged: 2 }, "the words alone make nothing new");
  assert.deepEqual([values, (await engine.state()).secrets], [before, secrets]);
});

test("no secret is in the journal, in an event, in a plan or in an error", async (context) => {
  for (const loud of [false, true]) {
    const { engine, values, disk, events } = outside(context, loud);
    const plan = await engine.plan(deployment, given);
    const thrown: unknown = await engine.apply(deployment, given).catch((error: unknown) => error);
    assert.equal(thrown instanceof Failure, loud);
    const seen = [
      ...[...disk.files.values()].map((bytes) => bytes.toString()),
      JSON.stringify(events),
      JSON.stringify(plan),
      thrown instanceof Failure
        ? `${JSON.stringify(thrown.report)} ${String(thrown.stack)} ${String(thrown.cause)}`
        : "",
    ].join("\n");
    assert.equal(values.size, 2);
    for (const value of values.values()) {
      assert.ok(!seen.includes(value), `${value} was seen`);
      assert.ok(!seen.includes(Buffer.from(value).toString("base64")));
    }
    assert.match(seen, /\[secret db\/password\]/);
  }
});

test("the revision in the state and what the provider saw are the same after a crash in between", async (context) => {
  const { engine, values, disk } = outside(context);
  disk.crashAfter(1, 5);
  await assert.rejects(engine.apply(deployment, given), failure("state-unwritable"));
  disk.restart();
  const { secrets } = await engine.state();
  await engine.apply(deployment, given);
  assert.deepEqual((await engine.state()).secrets, secrets);
  assert.equal(values.size, 2);
});
