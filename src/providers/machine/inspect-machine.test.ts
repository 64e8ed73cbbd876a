import assert from "node:assert/strict";
import { test } from "node:test";
import { secret, text } from "../../model/reference.ts";
import { Failure } from "../../model/failure.ts";
import { buildGeneration, type Generation } from "../../system/generation.ts";
import { System, type SystemInput } from "../../system/system.ts";
import { driftOf, inspectMachine } from "./inspect-machine.ts";
import { readReport } from "./machine-report.ts";
import { fakeSession } from "./testing/fake-session.ts";

function generation(input: SystemInput): Generation {
  return buildGeneration(System.parse(input), () => "1");
}

const system = {
  packages: ["hello"],
  users: { web: {} },
  files: {
    "/etc/a.conf": { content: "one\n" },
    "/etc/a.key": { content: text`${secret("a/key")}\n` },
  },
  units: { "a.service": { sections: { Service: { ExecStart: ["/bin/a", "/etc/a.conf"] } } } },
} satisfies SystemInput;
const current = generation(system);

const wanted = (next: Generation) =>
  ({ deployment: "example.org", component: "machine/a", address: "192.0.2.7", generation: next }) as const;

/** The answers to a question for the contents of a file. */
function contents({ files }: Generation, path: string): readonly [string, Buffer] {
  const content = files.find((file) => file.path === path)?.content;
  assert.equal(typeof content, "string");
  const bytes = Buffer.from(String(content));
  return [`contents ${String(bytes.length)}`, bytes];
}

test("a machine that is as wanted costs one question", async () => {
  const session = fakeSession(["owner example.org", `current 3 ${current.id}`, "health a ok", "end"]);
  assert.deepEqual(await inspectMachine(session, wanted(current)), {
    kind: "same",
    outputs: { address: "192.0.2.7", generation: 3 },
  });
  assert.deepEqual(session.sent, [`read ${current.id} quiet`]);
});

test("a machine without a generation: everything is new, and nothing else is asked", async () => {
  const session = fakeSession(["owner -", "current 0 none", "end"]);
  const difference = await inspectMachine(session, wanted(current));
  assert.equal(difference.kind, "create");
  assert.ok("changes" in difference && difference.changes.length > 5);
  assert.equal(session.sent.length, 1);
});

test("another generation: the lists of the old one are asked for, then the files whose content differs", async () => {
  const next = generation({ ...system, packages: ["cowsay"], files: { "/etc/a.conf": { content: "two\n" } } });
  const manifest = Buffer.from(current.manifest);
  const session = fakeSession([
    ...["owner example.org", `current 3 ${current.id}`, `manifest ${String(manifest.length)}`, manifest, "end"],
    ...contents(current, "lists/units"),
    ...contents(current, "lists/packages"),
    ...contents(current, "lists/users"),
    ...contents(current, "files/etc/a.conf"),
  ]);
  const difference = await inspectMachine(session, wanted(next));
  assert.deepEqual(session.sent.slice(1), [
    "contents lists/units",
    "contents lists/packages",
    "contents lists/users",
    "contents files/etc/a.conf",
  ]);
  assert.deepEqual(difference, {
    kind: "update",
    drift: [],
    changes: [
      { verb: "add", what: "package cowsay" },
      { verb: "remove", what: "package hello" },
      { verb: "change", what: "file /etc/a.conf", detail: ["-one", "+two"] },
      { verb: "remove", what: "file /etc/a.key" },
      { verb: "restart", what: "unit a.service" },
    ],
  });
});

test("what is not as it was made is drift, and said to be put right; a secret is never asked for", async () => {
  const session = fakeSession([
    "owner example.org",
    `current 3 ${current.id}`,
    ...["drift tree files/etc/a.conf", "drift tree files/etc/a.key", "drift link /etc/a.conf"],
    ...["drift unit a.service failed-exit-code", "drift package hello", "drift user web"],
    ...["drift package gone", "drift unit other.service inactive", "health a bad", "end"],
    ...["contents 5", Buffer.from("ONE\n\n")],
  ]);
  const difference = await inspectMachine(session, wanted(current));
  assert.deepEqual(session.sent.slice(1), ["contents files/etc/a.conf"]);
  assert.ok(difference.kind === "update");
  assert.deepEqual(difference.changes, [
    { verb: "change", what: "file /etc/a.conf", detail: ["-ONE", "-", "+one"] },
    { verb: "change", what: "file /etc/a.key", detail: ["put right"] },
    { verb: "start", what: "unit a.service" },
    { verb: "add", what: "package hello" },
    { verb: "add", what: "user web" },
  ]);
  assert.equal(difference.drift.length, 9);
  assert.match(difference.drift.at(-1) ?? "", /^health check a fails/);
});

test("a unit has one verb: one that is down is started, one that is on its way is what its change says", async () => {
  const verbs = async (words: string): Promise<readonly string[]> => {
    const session = fakeSession([
      ...["owner example.org", `current 3 ${current.id}`, "drift tree files/etc/a.conf"],
      ...[`drift unit a.service ${words}`, "end", "contents 5", Buffer.from("ONE\n\n")],
    ]);
    const difference = await inspectMachine(session, wanted(current));
    assert.ok(difference.kind === "update");
    return difference.changes.filter(({ what }) => what.startsWith("unit ")).map(({ verb }) => verb);
  };
  assert.deepEqual(await verbs("inactive"), ["start"]);
  assert.deepEqual(await verbs("failed-exit-code"), ["start"]);
  assert.deepEqual(await verbs("restarting-after-exit-code"), ["restart"]);
});

test("an activation that nobody confirmed is never taken for the wanted state", async () => {
  const session = fakeSession([
    ...["owner example.org", `current 4 ${current.id}`, "pending 4 awaiting 1700000000 id root@x", "end"],
  ]);
  const difference = await inspectMachine(session, wanted(current));
  assert.ok(difference.kind === "update");
  assert.deepEqual(difference.drift, ["generation 4 was never confirmed"]);
});

test("a machine of another deployment is refused before anything of it is read", async () => {
  const session = fakeSession(["owner other.example", `current 3 ${current.id}`, "drift user web", "end"]);
  await assert.rejects(inspectMachine(session, wanted(current)), (error) => {
    assert.ok(error instanceof Failure && error.code === "owned");
    assert.match(error.report.found, /other\.example/);
    return true;
  });
  assert.equal(session.sent.length, 1);
});

test("a file that is gone counts as empty", async () => {
  const next = generation({ ...system, files: { ...system.files, "/etc/a.conf": { content: "two\n" } } });
  const manifest = Buffer.from(current.manifest);
  const lists = ["lists/units", "lists/packages", "lists/users"].flatMap((path) => contents(current, path));
  const session = fakeSession([
    ...["owner example.org", `current 3 ${current.id}`, `manifest ${String(manifest.length)}`, manifest, "end"],
    ...lists,
    "absent",
  ]);
  const difference = await inspectMachine(session, wanted(next));
  assert.ok(difference.kind === "update");
  assert.deepEqual(difference.changes[0]?.detail, ["+two"]);
});

test("drift in words: what was edited, and checks that fail", async () => {
  const answers = ["owner a", "current 1 x", "drift user web", "health up ok fine", "health db bad refused", "end"];
  const report = await readReport(fakeSession(answers), "machine/a", "read");
  assert.deepEqual(driftOf(report), ["user web does not exist", "health check db fails: refused"]);
});
