import { Argument, Command, Option } from "@commander-js/extra-typings";
import { sharedOptions, verbOptions } from "./shared-options.ts";

async function exit(code: Promise<number>): Promise<void> {
  process.exitCode = await code;
}

/** Makes the command without verbs; what is wrong with a command line is thrown as a CommanderError. */
function createCommand(version: string) {
  return new Command("fediversity")
    .description(
      "From a minimal configuration to a complete running deployment of fediverse services on Debian machines.",
    )
    .version(version, "-V, --version", "print the version")
    .helpOption("-h, --help", "show help")
    .helpCommand("help [verb]", "show the help of a verb")
    .usage("<verb> [options]")
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ outputError: () => undefined })
    .exitOverride()
    .addOption(sharedOptions.configuration)
    .addOption(sharedOptions.config)
    .addOption(sharedOptions.environment)
    .addOption(sharedOptions.deployment)
    .addOption(sharedOptions.state)
    .addOption(sharedOptions.identity)
    .addOption(sharedOptions.cache)
    .addOption(sharedOptions.images)
    .addOption(sharedOptions.parallel)
    .addOption(sharedOptions.acceptNewHostKeys)
    .addOption(sharedOptions.json);
}

type Program = ReturnType<typeof createCommand>;

function addLookingVerbs(program: Program): void {
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
    .command("status")
    .description("show health and drift of every component")
    .addOption(verbOptions.target)
    .action(async (_, command) => exit((await import("./verbs/status.ts")).status(command.optsWithGlobals())));
  program
    .command("generations")
    .description("list the generations that machines remember")
    .addOption(verbOptions.target)
    .action(async (_, command) =>
      exit((await import("./verbs/generations.ts")).generations(command.optsWithGlobals())),
    );
  program
    .command("doctor")
    .description("check this computer and every machine before anything is tried")
    .addOption(verbOptions.target)
    .action(async (_, command) => exit((await import("./verbs/doctor.ts")).doctor(command.optsWithGlobals())));
  program
    .command("images")
    .description("show which digest each container image is locked to")
    .addOption(new Option("--update", "ask the registries again, and lock what they say"))
    .action(async (_, command) => exit((await import("./verbs/images.ts")).images(command.optsWithGlobals())));
  program
    .command("reveal")
    .description("print a secret, such as the password of the first account, to standard output")
    .argument("[secret]", "its name, as evaluate shows it", "initial-user/password")
    .action(async (secret, _, command) =>
      exit((await import("./verbs/reveal.ts")).reveal(secret, command.optsWithGlobals())),
    );
  program
    .command("schema")
    .description("print the JSON Schema of the configuration")
    .addOption(new Option("--events", "print that of the lines of --json instead"))
    .action(async (_, command) => exit((await import("./verbs/schema.ts")).schema(command.optsWithGlobals())));
}

function addChangingVerbs(program: Program): void {
  program
    .command("apply")
    .description("make what the configuration says")
    .addOption(verbOptions.target)
    .addOption(verbOptions.yes)
    .action(async (_, command) => exit((await import("./verbs/apply.ts")).apply(command.optsWithGlobals())));
  program
    .command("rollback")
    .description("take machines back to an earlier generation")
    .addOption(verbOptions.target)
    .addOption(verbOptions.to)
    .addOption(verbOptions.yes)
    .action(async (_, command) => exit((await import("./verbs/rollback.ts")).rollback(command.optsWithGlobals())));
  program
    .command("destroy")
    .description("remove everything, keeping data until purge")
    .addOption(verbOptions.target)
    .addOption(verbOptions.gone)
    .addOption(verbOptions.yes)
    .action(async (_, command) => exit((await import("./verbs/destroy.ts")).destroy(command.optsWithGlobals())));
  program
    .command("purge")
    .description("delete the data that was kept when components were removed")
    .addOption(verbOptions.yes)
    .action(async (_, command) => exit((await import("./verbs/purge.ts")).purge(command.optsWithGlobals())));
  program
    .command("rotate")
    .description("give generated secrets new values, and apply")
    .argument("<secret...>", "names of secrets, as evaluate shows them")
    .addOption(verbOptions.yes)
    .action(async (secrets, _, command) =>
      exit((await import("./verbs/rotate.ts")).rotate(secrets, command.optsWithGlobals())),
    );
  program
    .command("forget-host-key")
    .description("forget the pinned host key of a machine, so that a new one can be accepted")
    .argument("<component>", "the machine")
    .addOption(verbOptions.yes)
    .action(async (component, _, command) =>
      exit((await import("./verbs/forget-host-key.ts")).forgetHostKey(component, command.optsWithGlobals())),
    );
}

function addPanel(program: Program): void {
  program
    .command("panel")
    .description("serve FediPanel, the web application, until it is interrupted")
    .option(
      "--let-in <email>",
      "instead, print the link by which somebody who cannot sign in any more sets a new password",
    )
    .option("--without-factors", "with --let-in: take the second factor and the passkeys away too")
    .action(async (_, command) => exit((await import("./verbs/panel.ts")).panel(command.optsWithGlobals())));
}

function addCompletion(program: Program): void {
  program
    .command("completion")
    .description("print the script that completes this command in a shell")
    .addArgument(new Argument("<shell>", "name of the shell").choices(["bash", "zsh", "fish", "powershell"] as const))
    .action(async (shell) => (await import("./completion.ts")).printCompletion(shell));
  program
    .command("complete", { hidden: true })
    .argument("[words...]")
    .action(async (words, _, command) => {
      const { complete } = await import("./completion.ts");
      await complete(program, command.optsWithGlobals(), words);
    });
}

/**
 * Defines the command: its verbs, options and help. What a verb does is loaded when it is called.
 * @param version of the product
 */
export function createProgram(version: string): Program {
  const program = createCommand(version);
  addLookingVerbs(program);
  addChangingVerbs(program);
  addPanel(program);
  addCompletion(program);
  return program;
}
