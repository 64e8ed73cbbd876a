import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { Failure, type FailureReport } from "../../model/failure.ts";
import { loadConfiguration } from "./load-configuration.ts";

const folder = mkdtempSync(join(tmpdir(), "configuration-"));
after(() => rmSync(folder, { recursive: true }));

function write(text: string, name = "configuration.json"): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

async function refusal(file: string): Promise<FailureReport> {
  try {
    await loadConfiguration(file);
  } catch (error) {
    assert.ok(error instanceof Failure);
    return error.report;
  }
  throw new assert.AssertionError({ message: "it was accepted" });
}

test("a missing file says how to get one", async () => {
  const file = join(folder, "nothing.json");
  assert.match((await refusal(file)).next, /^Write it/);
  write("{}", "configuration.sample.json");
  const report = await refusal(file);
  assert.deepEqual([report.code, report.found], ["configuration-missing", "there is no such file"]);
  assert.ok(report.next.startsWith(`Copy ${join(folder, "configuration.sample.json")} to ${file}`));
  assert.equal((await refusal(folder)).found, "it is a folder");
});

test("wrong JSON is shown with line, column and the place", async () => {
  const file = write('{\n  "domain": "example.org",,\n}');
  const report = await refusal(file);
  assert.equal(report.code, "configuration-syntax");
  assert.equal(report.subject, `${file}:2:27`);
  assert.equal(report.found, 'this is not JSON: expected a name in double quotes, found ","');
  assert.deepEqual(report.details, ['2   "domain": "•••••••••••",,', `${" ".repeat(28)}^`]);
});

test("a mistake beside a password does not show it", async () => {
  for (const text of ['{"password": hunter2}', '{"password":\n"hunter2", "x"}', '{"password": "hunter2" "a": 1}']) {
    assert.doesNotMatch(JSON.stringify(await refusal(write(text))), /hunter/);
  }
});

test("a byte order mark does not matter", async () => {
  assert.deepEqual((await loadConfiguration(write("\uFEFF{}"))).document, {});
});

test("what evaluation finds wrong gets its line; what is missing that of what should hold it", async () => {
  const { locate, file } = await loadConfiguration(write('{\n  "initialUser": {\n    "username": "root"\n  }\n}'));
  const report = (subject: string): FailureReport => ({ code: "x", attempted: "x", subject, found: "x", next: "x" });
  const subjects = ["initialUser.username", "initialUser.email", "domain", "(document)", "application hello"];
  const located = locate({ ...report("(document)"), failures: subjects.map(report) });
  assert.deepEqual(
    located.failures?.map(({ subject }) => subject),
    [
      `${file}:3: initialUser.username`,
      `${file}:2: initialUser.email`,
      "domain",
      `${file}:1: (document)`,
      "application hello",
    ],
  );
});
