import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { nameOf, thisProcess, vitality } from "./holder.ts";

const self = thisProcess();

test("this process lives, under its own id and start alone", () => {
  assert.equal(vitality(self, self), "alive");
  assert.equal(vitality({ ...self, started: `${self.started}0` }, self), "dead");
  assert.equal(vitality({ ...self, pid: 4194305 }, self), "dead");
  assert.match(self.started, /^\d+$/);
});

test("what cannot be known is unknown", () => {
  assert.equal(vitality({ ...self, host: "elsewhere", boot: "another" }, self), "unknown");
  assert.equal(vitality({ ...self, machine: "another" }, self), "unknown");
  assert.equal(vitality({ ...self, pids: "another" }, self), "unknown");
  assert.equal(vitality({ ...self, boot: "another" }, self), "dead");
});

test("a zombie is dead", async (context) => {
  // The second sleep never asks how the first process ended.
  const parent = spawn("sh", ["-c", 'sleep 0 & echo "$!"; exec sleep 60'], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(parent, "exit");
  context.after(async () => {
    parent.kill();
    await ended;
  });
  const [pid] = (await once(createInterface({ input: parent.stdout }), "line")) as [string];
  let stat: readonly string[];
  do stat = readFileSync(`/proc/${pid}/stat`, "utf8").split(" ");
  while (stat[2] !== "Z");
  assert.equal(vitality({ ...self, pid: Number(pid), started: stat[21] ?? "" }, self), "dead");
});

test("a holder is named for people", () => {
  assert.equal(nameOf({ ...self, user: "ada", host: "desk", pid: 42 }), "ada@desk, process 42");
});
