import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { run } from "../process/run.ts";
import { machineProgram, packagesProgram } from "./program.ts";

const folder = fileURLToPath(new URL("./program/", import.meta.url));
const scripts = [
  ...readdirSync(folder).flatMap((name) => (name.endsWith(".sh") ? [`${folder}${name}`] : [])),
  fileURLToPath(new URL("./packages/packages.sh", import.meta.url)),
];

test("the program is every part, once, and small enough to go along with each session", () => {
  const { text, compressed, command } = machineProgram();
  const functions = [...text.matchAll(/^([a-z_]+)\(\) \{/gm)].map(([, name]) => name);
  assert.deepEqual(functions, [...new Set(functions)], "no part defines what another one has");
  assert.ok(functions.length > 40);
  assert.equal(gunzipSync(compressed).toString("utf8"), text);
  assert.ok(compressed.length < 16_384, String(compressed.length));
  assert.match(command, new RegExp(`^exec sh -c '[^']*' sh ${String(compressed.length)}$`));
  assert.equal(machineProgram(), machineProgram());
  assert.match(packagesProgram().toString("utf8"), /^#!\/bin\/sh\n/);
});

test("dash reads every part", async (context) => {
  const results = await Promise.all(scripts.map((script) => run("dash", ["-n", script]))).catch((error: unknown) => {
    context.skip(`dash is not installed here: ${String(error)}`);
    return [];
  });
  for (const { code, stderr } of results) assert.deepEqual([code, stderr], [0, ""]);
});
