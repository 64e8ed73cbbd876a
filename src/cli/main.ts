import { readFileSync } from "node:fs";
import { findPackageJSON } from "node:module";
import { CommanderError } from "@commander-js/extra-typings";
import { exitCodes } from "./exit-code.ts";
import { createProgram } from "./program.ts";

const description = readFileSync(findPackageJSON(import.meta.url) ?? "", "utf8");
const { version } = JSON.parse(description) as { readonly version: string };

async function refuseUsage(error: CommanderError, args: readonly string[], verb: string | undefined): Promise<void> {
  const { usageFailure } = await import("./usage-failure.ts");
  const { createOutput } = await import("./terminal/output.ts");
  createOutput(args.includes("--json"), process).failure(verb ?? "", usageFailure(error, verb), exitCodes.usage.code);
}

/** Reads the command line and does what it says. Gives the exit code. */
async function main(args: readonly string[]): Promise<number> {
  const program = createProgram(version);
  try {
    await program.parseAsync(args, { from: "user" });
    return Number(process.exitCode ?? exitCodes.done.code);
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Help and version come this way as well, with nothing wrong.
    if (error.exitCode === 0) return exitCodes.done.code;
    const verb = program.commands.map((command) => command.name()).find((name) => args.includes(name));
    if (error.code !== "commander.help") await refuseUsage(error, args, verb);
    return exitCodes.usage.code;
  }
}

// Whoever reads our output may have had enough, as in `fediversity plan | head`; the work goes on all the same.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
}

const code = await main(process.argv.slice(2));
// Output to a pipe is not written yet; what else keeps the process is done with.
process.stdout.write("", () => process.stderr.write("", () => process.exit(code)));
