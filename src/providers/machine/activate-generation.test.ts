import assert from "node:assert/strict";
import { test } from "node:test";
import { secret, text } from "../../model/reference.ts";
import { Failure } from "../../model/failure.ts";
import { buildGeneration } from "../../system/generation.ts";
import { System } from "../../system/system.ts";
import { activateGeneration, confirmGeneration, returnToGeneration } from "./activate-generation.ts";
import type { ActivationContext } from "./stage-generation.ts";
import { type Answers, fakeMachine } from "./testing/fake-session.ts";

const generation = buildGeneration(
  System.parse({
    packages: ["hello"],
    files: { "/etc/a.conf": { content: "one\n" }, "/etc/a.key": { content: text`${secret("a/key")}\n` } },
  }),
  () => "1",
);
const options = {
  cache: "/nowhere",
  acceptNewHostKeys: true,
  imageCache: "/nonexistent",
  imageLock: "/nonexistent/images.json",
  holder: { id: "holder", name: "root@deployer" },
};
const stage = `stage example.org holder root@deployer ${generation.id} ${String(generation.manifest.length)} 6 0`;
const offered = [`> ${stage} 60`, `> <${String(generation.manifest.length)}>`, "> <6>", "> <0>"];

function context(reveal: (name: string) => Promise<string> = () => Promise.resolve("value")): ActivationContext {
  return {
    component: "machine/a",
    deployment: "example.org",
    progress: () => undefined,
    secrets: { reveal, revision: () => "1" },
    signal: new AbortController().signal,
  };
}

const coded = (code: string) => (error: unknown) => error instanceof Failure && error.code === code;
const healthy: Answers = ["phase arm", "phase health", "end awaiting 4", "end"];

test("a machine that has it already: one question, nothing to confirm", async () => {
  const machine = fakeMachine(["same 3"]);
  assert.deepEqual(await activateGeneration(options, machine, context(), { generation, confirmSeconds: 5 }), {
    number: 3,
    same: true,
  });
  assert.deepEqual(machine.log, [
    "1 open",
    `1> ${stage} 5`,
    ...offered.slice(1).map((line) => `1${line}`),
    "pin",
    "1 close",
  ]);
});

test("one that only waits for its confirmation gets it over a new connection", async () => {
  const machine = fakeMachine(["phase health", "end awaiting 4", "resume 4"], ["confirmed 4"]);
  const activated = await activateGeneration(options, machine, context(), { generation });
  assert.deepEqual(activated, { number: 4, same: false });
  await confirmGeneration(machine, context(), activated);
  assert.deepEqual(machine.log.slice(-4), ["1 close", "2 open fresh", "2> confirm example.org 4", "2 close"]);
});

test("files that are missing are sent, and only they; the key is pinned before; the confirming connection is new", async () => {
  const opened: number[] = [];
  const machine = fakeMachine(
    [
      ...["missing files/etc/a.key", "missing lists/links", "ready", "phase arm", "phase switch"],
      () => opened.push(machine.sessions.length),
      "phase health",
      "phase health",
      () => opened.push(machine.sessions.length),
      ...["end awaiting 4", "end"],
    ],
    ["data /srv kept", "confirmed 4"],
  );
  const revealed: string[] = [];
  const activated = await activateGeneration(
    options,
    machine,
    context((name) => Promise.resolve(`value ${String(revealed.push(name))}`)),
    { generation },
  );
  assert.deepEqual(opened, [1, 2]);
  assert.deepEqual(revealed, ["a/key"]);
  const tree = machine.log.find((line) => line.startsWith("1> tree "))?.slice(8);
  assert.deepEqual(machine.log, [
    "1 open",
    ...offered.map((line) => `1${line}`),
    "pin",
    `1> need ${String(Number(tree) * 8 + 4_194_304)}`,
    `1> tree ${String(tree)}`,
    `1> <${String(tree)}>`,
    "1> go",
    "2 open fresh",
    "1 close",
  ]);
  await confirmGeneration(machine, context(), activated);
  assert.deepEqual(machine.log.slice(-2), ["2> confirm example.org 4", "2 close"]);
});

test("nothing but the word to go is sent where the machine has every file", async () => {
  const machine = fakeMachine(["ready", ...healthy], []);
  await activateGeneration(options, machine, context(), { generation });
  assert.deepEqual(machine.log.slice(5, 8), ["pin", "1> need 4194304", "1> go"]);
});

test("a failed activation closes both connections and confirms nothing", async () => {
  const machine = fakeMachine(
    ["ready", "phase health", "unfit web.service failed", "end rolled-back 4 3 x", "end"],
    [],
  );
  await assert.rejects(activateGeneration(options, machine, context(), { generation }), coded("rolled-back"));
  assert.deepEqual(
    machine.sessions.map((session) => session.closed()),
    [1, 1],
  );
  assert.deepEqual(machine.sessions[1]?.sent, []);
});

test("so does a connection that breaks while the health checks run", async () => {
  const machine = fakeMachine(["ready", "phase health"], []);
  await assert.rejects(activateGeneration(options, machine, context(), { generation }), coded("machine-unreachable"));
  assert.deepEqual(
    machine.sessions.map((session) => session.closed()),
    [1, 1],
  );
});

test("a refusal, and a secret that cannot be had, leave no session that holds the machine", async () => {
  const refusing = fakeMachine(["error locked root@other"]);
  await assert.rejects(activateGeneration(options, refusing, context(), { generation }), coded("locked"));
  assert.deepEqual(refusing.log.slice(-1), ["1 close"]);
  const machine = fakeMachine(["missing files/etc/a.key", "ready"]);
  const hidden = context(() => Promise.reject(new Error("no such secret")));
  await assert.rejects(activateGeneration(options, machine, hidden, { generation }), /no such secret/);
  assert.deepEqual(machine.log.slice(-2), ["pin", "1 close"]);
});

test("confirming: what is refused is told, and removal is asked for in the same words", async () => {
  const gone = fakeMachine(["error rolled-back generation 3 is in force"]);
  await assert.rejects(confirmGeneration(gone, context(), { number: 4, same: false }), coded("rolled-back"));
  assert.deepEqual(gone.log, ["1 open fresh", "1> confirm example.org 4", "1 close"]);
  const removing = fakeMachine(["data /srv/a pages", "removed"]);
  await confirmGeneration(removing, context(), { number: 4, same: true }, true);
  assert.deepEqual(removing.sessions[0]?.sent, ["confirm example.org 4 remove"]);
  const broken = fakeMachine(["data /srv/a pages"]);
  await assert.rejects(confirmGeneration(broken, context(), { number: 4, same: true }), coded("machine-unreachable"));
  assert.equal(broken.sessions[0]?.closed(), 1);
});

test("going back asks by number or for the one before, and is confirmed like any other", async () => {
  const machine = fakeMachine(["goal 2 abc", "ready", "phase health", "end awaiting 2", "end"], ["confirmed 2"]);
  const activated = await returnToGeneration(options, machine, context(), { goal: "previous", confirmSeconds: 9 });
  assert.equal(activated.number, 2);
  await confirmGeneration(machine, context(), activated);
  assert.deepEqual(machine.log, [
    "1 open",
    "1> return example.org holder root@deployer previous 9",
    "1> need 4194304",
    "1> go",
    "2 open fresh",
    "1 close",
    "2> confirm example.org 2",
    "2 close",
  ]);
  const unknown = fakeMachine(["error generation-unknown 9"]);
  await assert.rejects(returnToGeneration(options, unknown, context(), { goal: 9 }), coded("generation-unknown"));
  assert.deepEqual(unknown.sessions[0]?.sent, ["return example.org holder root@deployer 9 60"]);
});
