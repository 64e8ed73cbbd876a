import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { exitCodes } from "./exit-code.ts";
import { createProgram } from "./program.ts";

const file = new URL("../../docs/command-line.md", import.meta.url);
/** Without the spaces that align its tables. */
const documentation = readFileSync(file, "utf8").replaceAll(/ {2,}/g, " ");
const program = createProgram("1.2.3");
const verbs = program
  .createHelp()
  .visibleCommands(program)
  .filter((command) => command.name() !== "help");

function section(heading: string): string {
  const [, text = ""] = documentation.split(`\n${heading}\n`);
  return text.split(/\n#{2,3} /)[0] ?? "";
}

test("docs/command-line.md explains every verb with its own options and arguments", () => {
  for (const verb of verbs) {
    const text = section(`### ${verb.name()}`);
    assert.notEqual(text, "", `there is no section for ${verb.name()}`);
    for (const option of verb.options)
      assert.ok(text.includes(`| \`${option.flags}\``), `${verb.name()}: ${option.flags}`);
    for (const argument of verb.registeredArguments) assert.ok(text.includes(argument.name()), argument.name());
  }
});

test("it explains every option of all verbs, and names nothing that does not exist", () => {
  const text = section("## Options of every verb");
  for (const option of program.options) assert.ok(text.includes(`| \`${option.flags}\``), option.flags);
  const headings = [...documentation.matchAll(/^### (.*)$/gm)].map(([, name]) => name);
  assert.deepEqual(
    headings,
    verbs.map((verb) => verb.name()),
  );
  const known = new Set([program, ...program.commands].flatMap(({ options }) => options.map(({ flags }) => flags)));
  for (const [, flags = ""] of documentation.matchAll(/^\| `(-[^`]*)`/gm)) assert.ok(known.has(flags), flags);
});

test("it has every exit code with its meaning", () => {
  const text = section("## Exit codes");
  for (const { code, meaning } of Object.values(exitCodes)) {
    assert.ok(text.includes(`| ${String(code)} | ${meaning} |`), `${String(code)} ${meaning}`);
  }
});

test("options are understood before and after the verb", async () => {
  for (const args of [
    ["--json", "-e", "there", "hidden", "-t", "a", "--target", "b"],
    ["hidden", "-t", "a", "--target", "b", "--json", "-e", "there"],
  ]) {
    const command = createProgram("1.2.3");
    let found: object = {};
    const target = command.commands
      .find((one) => one.name() === "plan")
      ?.options.find(({ long }) => long === "--target");
    assert.ok(target);
    command
      .command("hidden")
      .addOption(target)
      .action((_, action) => {
        found = action.optsWithGlobals();
      });
    await command.parseAsync(args, { from: "user" });
    const {
      json,
      environment,
      target: targets,
    } = found as { json: boolean; environment: string; target: readonly string[] };
    assert.deepEqual([json, environment, targets], [true, "there", ["a", "b"]]);
  }
});
