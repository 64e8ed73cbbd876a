import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { caseScript, faultOf, parseEnvironment } from "./mutation-case.ts";

const runner = fileURLToPath(new URL("run-cases.sh", import.meta.url));

test("an environment file's values are taken verbatim", () => {
  assert.deepEqual(parseEnvironment('A="quoted"\nB=x=y\nC=\n'), { A: '"quoted"', B: "x=y", C: "" });
});

test("each case is a program with its own environment; a control is ended when it serves", async () => {
  const folder = await mkdtemp(join(tmpdir(), "cases-"));
  try {
    const value = `it's "$HOME" \`x\``;
    const say = ["sh", "-c", 'echo "double: $A ${B-gone}"; exit 1'];
    await writeFile(join(folder, "1.sh"), caseScript({ A: value, B: undefined }, say));
    await writeFile(join(folder, "2.sh"), caseScript({}, ["sh", "-c", "echo up; exec sleep 20"]));
    await writeFile(join(folder, "2.ready"), `grep -q up ${join(folder, "2.out")}`);
    await writeFile(join(folder, "3.sh"), caseScript({}, ["false"]));
    await writeFile(join(folder, "3.ready"), "false");
    await promisify(execFile)("sh", [runner, folder], { env: { ...process.env, B: "here" }, timeout: 20_000 });
    const read = (name: string) => readFile(join(folder, name), "utf8").catch(() => undefined);
    assert.equal(await read("1.out"), `double: ${value} gone\n`);
    assert.equal(await read("1.code"), "1\n");
    assert.equal(await read("2.served"), "");
    assert.deepEqual([await read("3.served"), await read("3.code")], [undefined, "1\n"]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test("a case is judged by its words, its exit code, and what it must not print", () => {
  const broken = { name: "KEY is left out", refusal: "KEY: missing", script: "" };
  const control = { name: "unbroken", refusal: undefined, script: "" };
  const result = { code: 1, output: "double: KEY: missing\n", served: false };
  assert.equal(faultOf(broken, result, {}), undefined);
  assert.match(faultOf(broken, { ...result, code: 0 }, {}) ?? "", /KEY is left out: exit code 0/);
  assert.match(
    faultOf(broken, { code: 124, output: "serving", served: false }, {}) ?? "",
    /left out: accepted: serving/,
  );
  assert.match(faultOf(broken, { ...result, output: "no" }, {}) ?? "", /without "KEY: missing": no/);
  const leak = { ...result, output: "KEY: missing, DB_PASS=abcdefghijkl" };
  assert.match(faultOf(broken, leak, { DB_PASS: "abcdefghijkl" }) ?? "", /printed the value of DB_PASS/);
  assert.equal(faultOf(control, { code: 143, output: "", served: true }, {}), undefined);
  assert.match(faultOf(control, result, {}) ?? "", /unbroken: refused, exit code 1/);
});
