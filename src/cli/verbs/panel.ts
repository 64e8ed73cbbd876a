import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { inspect } from "node:util";
import { Failure } from "../../model/failure.ts";
import { giveWayBackFromComputer } from "../../panel/accounts/give-way-back-from-computer.ts";
import { openDatabase } from "../../panel/database/database.ts";
import { databaseLocation, readSettings } from "../../panel/settings.ts";
import { startPanel } from "../../panel/start-panel.ts";
import { loadConfig } from "../load/load-config.ts";
import { setUpSecret } from "../load/set-up-secret.ts";
import { openDeployment } from "../open-deployment.ts";
import { panelLines, wayBackLines } from "../rendering/panel-lines.ts";
import { runVerb } from "../run-verb.ts";
import type { SharedOptions } from "../shared-options.ts";
import { interrupted } from "../terminal/interrupt.ts";

async function settingsDocument(file: string, named: boolean): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if (!named && (error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new Failure({
      code: "settings-invalid",
      attempted: "read the panel's settings",
      subject: file,
      found: error instanceof Error ? error.message : String(error),
      next: "Correct the path in FEDIPANEL_SETTINGS.",
    });
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new Failure({
      code: "settings-invalid",
      attempted: "read the panel's settings",
      subject: file,
      found: error instanceof Error ? error.message : String(error),
      next: "Write it as JSON.",
    });
  }
}

/** Where the panel's things are, as its options and the environment say. */
async function locate({ state }: SharedOptions) {
  const { FEDIPANEL_SETTINGS: named, FEDIPANEL_FOLDER: folder = join(state, ".panel") } = process.env;
  const settings = readSettings(await settingsDocument(named ?? "panel.json", named !== undefined), process.env);
  return { settings, folder, database: databaseLocation(join(folder, "database"), process.env) };
}

/** Prints the link by which somebody sets a new password. */
function letIn(options: SharedOptions, email: string, withoutFactors: boolean): Promise<number> {
  return runVerb(options, {
    verb: "panel",
    prepare: () => locate(options),
    async run({ settings, database }, { output }) {
      const opened = await openDatabase(database);
      try {
        const secret = await giveWayBackFromComputer(opened.queries, { email, withoutFactors }, Date.now());
        const wayBack = `${settings.origin}/way-back/${secret}`;
        output.result("panel", { email, wayBack }, wayBackLines(email, wayBack));
        return "done";
      } finally {
        await opened.close();
      }
    },
  });
}

/** Serves FediPanel until it is interrupted, or lets somebody in again. */
export async function panel(
  options: SharedOptions & { readonly letIn?: string | undefined; readonly withoutFactors?: true | undefined },
): Promise<number> {
  const { letIn: email, withoutFactors = false } = options;
  if (email !== undefined) return await letIn(options, email, withoutFactors);
  return await runVerb(options, {
    verb: "panel",
    atInterrupt: "Ending in order: deployments under way go on at the next start. Ctrl-C again leaves at once.",
    async prepare() {
      if (withoutFactors) {
        throw new Failure({
          code: "usage",
          attempted: "read the command line",
          found: "--without-factors says what --let-in takes away, and --let-in is not there",
          next: "Say whom to let in: --let-in EMAIL --without-factors.",
        });
      }
      const { FEDIPANEL_SET_UP_FILE: setUpFile } = process.env;
      const located = await locate(options);
      const { config } = await loadConfig({ folder: process.cwd(), file: options.config });
      return { ...located, config, setUpSecret: await setUpSecret(setUpFile) };
    },
    async run(prepared, { output, signal }) {
      const running = await startPanel({
        ...prepared,
        openDeployment: (deployment) => openDeployment(options, deployment),
        report: (error) => output.notice(inspect(error)),
      });
      const { origin, setUpLink } = running;
      output.result("panel", { origin, setUpLink }, panelLines(running));
      await interrupted(signal);
      await running.close();
      return "done";
    },
  });
}
