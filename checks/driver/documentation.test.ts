import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

test("the example on the documentation page is the one that is run", async () => {
  const docs = new URL("../../docs/", import.meta.url);
  const page = await readFile(new URL("test-driver.md", docs), "utf8");
  const example = await readFile(new URL("examples/greeting.check.ts", docs), "utf8");
  assert.equal(/```ts\n([\s\S]*?)```/.exec(page)?.[1], example);
});

test("every word of a machine and of a lab that a check can use is on the documentation page", async () => {
  const page = await readFile(new URL("../../docs/test-driver.md", import.meta.url), "utf8");
  const words = (source: string, name: string): string[] => {
    const body = new RegExp(`export interface ${name} \\{\\n([\\s\\S]*?)\\n\\}`).exec(source)?.[1] ?? "";
    return [...body.matchAll(/^ {2}readonly (\w+)/gm)].map((match) => match[1] ?? "");
  };
  const source = await readFile(new URL("./test-machine.ts", import.meta.url), "utf8");
  const documented = [...words(source, "TestMachine"), ...words(source, "TestMachineOptions")];
  assert.ok(documented.length > 30);
  const inside = ["name", "options", "local", "waitUntilReachable"];
  assert.deepEqual(
    documented.filter((word) => !inside.includes(word) && !new RegExp(`\\b${word}\\b`).test(page)),
    [],
  );
});
