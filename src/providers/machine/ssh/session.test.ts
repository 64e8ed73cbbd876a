import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { getEventListeners } from "node:events";
import { test } from "node:test";
import fc from "fast-check";
import { Failure } from "../../../model/failure.ts";
import { machineProgram } from "../program.ts";
import type { SshTarget } from "./arguments.ts";
import { openSession, type Session } from "./session.ts";

const program = machineProgram().compressed;

function target(...prefix: readonly string[]): SshTarget {
  return {
    alias: "machine/hello",
    address: "192.0.2.7",
    port: 22,
    user: "root",
    knownHostsFile: "/dev/null",
    acceptNew: false,
    prefix,
  };
}

/** A session with a shell script in the place of ssh; it starts once it has taken the machine's program. */
function session(script: string, signal = new AbortController().signal): Session {
  const whole = `head -c ${String(program.length)} >/dev/null\n${script}`;
  return openSession(target("sh", "-c", whole, "sh"), "compare", signal);
}

function failing(code: string, found: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof Failure, String(error));
    assert.equal(error.code, code);
    assert.equal(error.report.attempted, "compare");
    assert.equal(error.report.subject, "machine/hello");
    assert.match(`${error.report.found} ${(error.report.details ?? []).join(" ")}`, found);
    return true;
  };
}

test("the machine's program runs in whatever shell takes the command, and answers", async () => {
  // What sshd does: the login shell gets the command, which is the last argument of ssh.
  const machine = openSession(
    target("sh", "-c", 'for command; do :; done; exec sh -c "$command"', "sh"),
    "compare",
    new AbortController().signal,
  );
  machine.send("no-such-verb", "example.org", 1);
  assert.equal(await machine.line(), "error verb-unknown no-such-verb");
  await machine.close();
  assert.equal(machine.stderr(), "");
});

/** Writes what it is told in the pieces that it is told, each in an event of its own. */
const echo = `
  let all = Buffer.alloc(0), skip = ${String(program.length)}, queue = Promise.resolve();
  process.stdin.on("data", (chunk) => {
    all = Buffer.concat([all, chunk]);
    if (skip > 0) { if (all.length < skip) return; all = all.subarray(skip); skip = 0; }
    for (let at = all.indexOf(10); at !== -1; at = all.indexOf(10)) {
      for (const piece of JSON.parse(all.subarray(0, at)))
        queue = queue.then(() => new Promise((next) =>
          process.stdout.write(Buffer.from(piece, "base64"), () => setImmediate(next))));
      all = all.subarray(at + 1);
    }
  });`;

test("answers arrive whole, wherever the network cuts them", async () => {
  const machine = openSession(target(process.execPath, "-e", echo, "--"), "compare", new AbortController().signal);
  const line = fc.string({ unit: "grapheme", maxLength: 12 }).map((text) => text.replaceAll("\n", " "));
  const item = fc.oneof(line, fc.uint8Array({ maxLength: 40 }));
  await fc.assert(
    fc.asyncProperty(
      fc.array(item, { minLength: 1, maxLength: 6 }),
      fc.array(fc.nat(200), { maxLength: 8 }),
      async (items, cuts) => {
        const bytes = Buffer.concat(items.map((one) => Buffer.from(typeof one === "string" ? `${one}\n` : one)));
        const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length];
        const pieces = places.slice(1).map((end, index) => bytes.subarray(places[index], end).toString("base64"));
        await machine.write(Buffer.from(`${JSON.stringify(pieces)}\n`));
        for (const one of items) {
          if (typeof one === "string") assert.equal(await machine.line(), one);
          else assert.deepEqual(new Uint8Array(await machine.take(one.length)), one);
        }
      },
    ),
    { numRuns: 40 },
  );
  await machine.close();
});

test("a session that ends in the middle of a line or of counted bytes says why", async () => {
  const broken = session(
    "echo whole; printf half; echo 'Connection to 192.0.2.7 closed by remote host.' >&2; exit 255",
  );
  assert.equal(await broken.line(), "whole");
  await assert.rejects(broken.line(), failing("machine-unreachable", /closed by remote host/));
  await assert.rejects(broken.line(), failing("machine-unreachable", /closed by remote host/));
  await broken.close();

  const short = session("printf 123; echo 'Host key verification failed.' >&2");
  await assert.rejects(short.take(4), failing("host-key-unknown", /not known/));

  const full = session("echo 'tar: files/etc/a: Cannot write: No space left on device' >&2; exit 2");
  await assert.rejects(full.line(), failing("disk-full", /disk is full.*Cannot write/));
});

test("what the machine's programs print last is kept, however much it is", async () => {
  const loud = session("head -c 200000 /dev/zero | tr '\\0' 'x' >&2; echo; echo 'the last line' >&2; exit 1");
  assert.equal(await loud.line(), "");
  await assert.rejects(loud.line(), failing("program-ended", /exit code 1 .*the last line/));
  assert.ok(loud.stderr().length <= 16_384);
});

test("a command that does not exist is named", async () => {
  const missing = openSession(target("/nonexistent/enter"), "compare", new AbortController().signal);
  missing.send("read", "none");
  await assert.rejects(missing.line(), failing("command-missing", /\/nonexistent\/enter/));
  await missing.close();
});

test("an abort ends a session that waits, and later ones at once", async () => {
  const controller = new AbortController();
  const waiting = session("echo ready; exec sleep 30", controller.signal);
  assert.equal(await waiting.line(), "ready");
  const line = waiting.line();
  const reason = new Error("interrupted by the operator");
  controller.abort(reason);
  await assert.rejects(line, reason);
  await waiting.close();
  await assert.rejects(session("exec sleep 30", controller.signal).line(), reason);
});

test("bytes wait for a machine that reads slowly, and all of them arrive", async () => {
  const bytes = randomBytes(8 * 1_048_576);
  const machine = session(`sleep 0.1; head -c ${String(bytes.length)} | sha256sum; read -r after; echo "$after"`);
  const sent = performance.now();
  await machine.write(bytes);
  assert.ok(performance.now() - sent > 50, "the write was awaited");
  machine.send("after", "that");
  const hash = createHash("sha256").update(bytes).digest("hex");
  assert.equal(await machine.line(), `${hash}  -`);
  assert.equal(await machine.line(), "after that");
  await machine.close();
  assert.equal(machine.traffic.sent, program.length + bytes.length + "after that\n".length);
  assert.equal(machine.traffic.received, hash.length + "  -\nafter that\n".length);
});

test("writing to a machine that went away comes back, and the next answer tells", async () => {
  const gone = session("exit 255");
  for (let count = 0; count < 20; count += 1) await gone.write(Buffer.alloc(65_536));
  gone.send("go");
  await assert.rejects(gone.line(), failing("machine-unreachable", /connection broke/));
  await gone.write(Buffer.alloc(1));
});

test("nothing of a session stays behind: neither listeners nor warnings", async () => {
  const warnings: Error[] = [];
  const note = (warning: Error): void => void warnings.push(warning);
  process.on("warning", note);
  const { signal } = new AbortController();
  const sessions = Array.from({ length: 3 }, () => session("seq 1 500; exec cat >/dev/null", signal));
  for (const one of sessions) {
    for (let count = 1; count <= 500; count += 1) assert.equal(await one.line(), String(count));
    for (let count = 0; count < 30; count += 1) one.send("word");
    await one.close();
  }
  process.off("warning", note);
  assert.deepEqual(getEventListeners(signal, "abort"), []);
  assert.deepEqual(warnings, []);
});
