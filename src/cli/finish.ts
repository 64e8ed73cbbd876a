import type { CommanderError } from "@commander-js/extra-typings";
import { exitCodes } from "./exit-code.ts";

/**
 * Says what is wrong with a command line. Gives the exit code.
 * @param command the command whose help explains the right use
 */
export async function refuseUsage(error: CommanderError, command: string, verb = ""): Promise<number> {
  const { usageFailure } = await import("./usage-failure.ts");
  const { createOutput } = await import("./terminal/output.ts");
  const { code } = exitCodes.usage;
  createOutput(process.argv.includes("--json"), process).failure(verb, usageFailure(error, command), code);
  return code;
}

/** Runs a program to its end and exits with the code that it gives, once everything is written. */
export async function finish(program: () => Promise<number>): Promise<void> {
  // Whoever reads our output may have had enough, as in `fediversity plan | head`; the work goes on all the same.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
    });
  }
  const code = await program();
  // Output to a pipe is not written yet; whatever else keeps the process is done with.
  process.stdout.write("", () => process.stderr.write("", () => process.exit(code)));
}
