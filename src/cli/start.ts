import { CommanderError, Option, Command } from "@commander-js/extra-typings";
import { exitCodes } from "./exit-code.ts";
import { defaultCache, defaultImageLock, defaultState } from "./default-folders.ts";
import { sharedOptions } from "./shared-options.ts";
import { start } from "./verbs/start.ts";
import { finish, refuseUsage } from "./finish.ts";

const command = new Command("npm start --")
  .description("Sets up what is missing, starts machines on this computer and applies a configuration to them.")
  .helpOption("-h, --help", "show help")
  .configureOutput({ outputError: () => undefined })
  .exitOverride()
  .addOption(sharedOptions.configuration.default("configuration.sample.json"))
  .addOption(new Option("-e, --environment <name>", "an environment on this computer").default("local"))
  .addOption(new Option("--detach", "leave the machines running and return"));

await finish(async () => {
  try {
    const options = command.parse().opts();
    return await start({
      ...options,
      state: defaultState,
      images: defaultImageLock,
      cache: defaultCache(process.env, true),
    });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? exitCodes.done.code : refuseUsage(error, "npm start --");
  }
});
