import { Command, Option } from "@commander-js/extra-typings";
import { sharedOptions, verbOptions } from "./shared-options.ts";

async function exit(code: Promise<number>): Promise<void> {
  process.exitCode = await code;
}

/**
 * Defines the command: its verbs, options and help. What a verb does is loaded when it is called.
 * @param version of the product
 */
export function createProgram(version: string) {
  const program = new Command("fediversity")
    .description("From a minimal configuration to a complete running deployment of fediverse services on Debian machines.")
    .version(version, "-V, --version", "print the version")
    .helpOption("-h, --help", "show help")
    .helpCommand("help [verb]", "show the help of a verb")
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false })
    .addOption(sharedOptions.configuration)
    .addOption(sharedOptions.config)
    .addOption(sharedOptions.environment)
    .addOption(sharedOptions.deployment)
    .addOption(sharedOptions.state)
    .addOption(sharedOptions.identity)
    .addOption(sharedOptions.cache)
    .addOption(sharedOptions.parallel)
    .addOption(sharedOptions.acceptNewHostKeys)
    .addOption(sharedOptions.json);

  program
    .command("evaluate")
    .description("print the deployment that the configuration makes, as JSON")
    .action(async (_, command) => exit((await import("./verbs/evaluate.ts")).evaluate(command.optsWithGlobals())));
  program
    .command("plan")
    .description("show what apply would do, with differences and reasons; changes nothing")
    .addOption(verbOptions.target)
    .addOption(new Option("--detailed-exit-code", "exit with 10 when there is something to do"))
    .action(async (_, command) => exit((await import("./verbs/plan.ts")).plan(command.optsWithGlobals())));
  program
    .command("apply")
    .description("make what the configuration says")
    .addOption(verbOptions.target)
    .addOption(verbOptions.yes)
    .action(async (_, command) => exit((await import("./verbs/apply.ts")).apply(command.optsWithGlobals())));
  program
    .command("status")
    .description("show health and drift of every component")
    .addOption(verbOptions.target)
    .action(async (_, command) => exit((await import("./verbs/status.ts")).status(command.optsWithGlobals())));
  program
    .command("destroy")
    .description("remove everything, keeping data until purge")
    .addOption(verbOptions.target)
    .addOption(verbOptions.yes)
    .action(async (_, command) => exit((await import("./verbs/destroy.ts")).destroy(command.optsWithGlobals())));
  return program;
}
