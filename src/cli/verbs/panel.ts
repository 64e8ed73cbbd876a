import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { inspect } from "node:util";
import { Failure } from "../../model/failure.ts";
import { databaseLocation, readSettings } from "../../panel/settings.ts";
import { startPanel } from "../../panel/start-panel.ts";
import { loadConfig } from "../load/load-config.ts";
import { setUpSecret } from "../load/set-up-secret.ts";
import { openDeployment } from "../open-deployment.ts";
import { panelLines } from "../rendering/panel-lines.ts";
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

/** Serves FediPanel until it is interrupted. */
export function panel(options: SharedOptions): Promise<number> {
  return runVerb(options, {
    verb: "panel",
    atInterrupt: "Ending in order: deployments under way go on at the next start. Ctrl-C again leaves at once.",
    async prepare() {
      const { FEDIPANEL_SETTINGS: named, FEDIPANEL_SET_UP_FILE: setUpFile } = process.env;
      const { FEDIPANEL_FOLDER: folder = join(options.state, ".panel") } = process.env;
      const settings = readSettings(await settingsDocument(named ?? "panel.json", named !== undefined), process.env);
      const { config } = await loadConfig({ folder: process.cwd(), file: options.config });
      const database = databaseLocation(join(folder, "database"), process.env);
      return { settings, config, folder, database, setUpSecret: await setUpSecret(setUpFile) };
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
