import { readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { RootCommand, script, type Command as Completed, type Complete } from "@bomb.sh/tab";
import type { CommandUnknownOpts, Option } from "@commander-js/extra-typings";
import { defaultConfig } from "../catalogue/config.ts";
import { knownDeployments } from "./load/deployment-name.ts";
import { evaluateConfiguration } from "./load/evaluate-configuration.ts";
import { loadConfig } from "./load/load-config.ts";
import type { SharedOptions } from "./shared-options.ts";

/** Shells that completion scripts exist for. */
export type Shell = "bash" | "zsh" | "fish" | "powershell";

/** Prints the script that a shell loads. */
export function printCompletion(shell: Shell): void {
  script(shell, "fediversity", "fediversity");
}

/** Values for options and arguments, as far as the files in this folder tell. */
type Candidates = Readonly<Record<string, readonly string[]>>;

async function files(prefix: string, kinds: "files" | "folders"): Promise<readonly string[]> {
  const folder = prefix.endsWith("/") ? prefix : dirname(prefix);
  try {
    const entries = await readdir(folder === "" ? "." : folder, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isDirectory() || kinds === "files")
      .map((entry) => `${join(folder, entry.name)}${entry.isDirectory() ? "/" : ""}`);
  } catch {
    return [];
  }
}

/** A completion must never fail: what cannot be read has no values. */
async function orNothing<T>(work: () => Promise<T>, nothing: T): Promise<T> {
  try {
    return await work();
  } catch {
    return nothing;
  }
}

async function candidates(options: SharedOptions, word: string): Promise<Candidates> {
  const { config } = await orNothing(() => loadConfig({ folder: process.cwd(), file: options.config }), {
    config: defaultConfig,
  });
  const { components, secrets } = await orNothing(async () => (await evaluateConfiguration(options)).deployment, {
    name: "",
    environment: "",
    components: {},
    secrets: {},
  });
  const typed = word.includes("=") ? word.slice(word.indexOf("=") + 1) : word;
  const [names, folders] = [await files(typed, "files"), await files(typed, "folders")];
  return {
    environment: config.environments.map(({ name }) => name),
    deployment: await knownDeployments(options.state),
    target: Object.keys(components),
    component: Object.keys(components),
    gone: Object.keys(components),
    secret: Object.keys(secrets),
    configuration: names,
    config: names,
    identity: names,
    state: folders,
    cache: folders,
  };
}

function handler(values: readonly string[]): (complete: Complete) => void {
  return (complete) => {
    for (const value of values) complete(value, "");
  };
}

function addOptions(to: Completed, options: readonly Option[], known: Candidates): void {
  for (const option of options) {
    const name = option.long?.slice(2) ?? "";
    const short = option.short?.slice(1);
    if (option.isBoolean() || (!option.required && !option.optional)) to.option(name, option.description, short);
    else to.option(name, option.description, handler(option.argChoices ?? known[name] ?? []), short);
  }
}

function addArguments(to: Completed, command: CommandUnknownOpts, known: Candidates): void {
  for (const argument of command.registeredArguments) {
    const values = argument.argChoices ?? known[argument.name()] ?? [];
    to.argument(argument.name(), handler(values), argument.variadic);
  }
}

/**
 * Prints what could come next on a command line that is being typed.
 * @param words after the command's own name; the last is the one that is being typed
 */
export async function complete(
  program: CommandUnknownOpts,
  options: SharedOptions,
  words: readonly string[],
): Promise<void> {
  const known = await candidates(options, words.at(-1) ?? "");
  const root = new RootCommand();
  const help = program.createHelp();
  addOptions(root, help.visibleOptions(program), known);
  for (const command of help.visibleCommands(program)) {
    const completed = root.command(command.name(), command.description());
    addOptions(completed, [...help.visibleOptions(command), ...program.options], known);
    addArguments(completed, command, known);
  }
  root.parse([...words]);
}
