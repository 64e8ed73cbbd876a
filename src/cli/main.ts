import { readFileSync } from "node:fs";
import { findPackageJSON } from "node:module";
import { CommanderError } from "@commander-js/extra-typings";
import { exitCodes } from "./exit-code.ts";
import { finish, refuseUsage } from "./finish.ts";
import { createProgram } from "./program.ts";

const description = readFileSync(findPackageJSON(import.meta.url) ?? "", "utf8");
const { version } = JSON.parse(description) as { readonly version: string };

await finish(async () => {
  const args = process.argv.slice(2);
  const program = createProgram(version);
  try {
    await program.parseAsync(args, { from: "user" });
    return Number(process.exitCode ?? exitCodes.done.code);
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Help and version come this way as well, with nothing wrong.
    if (error.exitCode === 0) return exitCodes.done.code;
    const verb = program.commands.map((command) => command.name()).find((name) => args.includes(name));
    if (error.code === "commander.help") return exitCodes.usage.code;
    return refuseUsage(error, verb === undefined ? "fediversity" : `fediversity ${verb}`, verb);
  }
});
