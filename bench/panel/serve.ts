// The panel as `fediversity panel` starts it, by the same settings, on machines that are only remembered: nothing but the
// panel and its database is measured. Usage: node serve.ts FOLDER
import { join } from "node:path";
import { setInterval } from "node:timers/promises";
import { inspect } from "node:util";
import { applications, defineConfig } from "../../src/catalogue/config.ts";
import { defineEnvironment } from "../../src/catalogue/environments/define-environment.ts";
import { hosts } from "../../src/catalogue/environments/hosts.ts";
import { offer } from "../../src/catalogue/environments/offer.ts";
import { oneMachine } from "../../src/catalogue/environments/placement.ts";
import { dataDirectory } from "../../src/catalogue/resources/data-directory.ts";
import { service } from "../../src/catalogue/resources/service.ts";
import { webAddress } from "../../src/catalogue/resources/web-address.ts";
import { openEngine } from "../../src/engine/engine.ts";
import { databaseLocation, readSettings } from "../../src/panel/settings.ts";
import { startPanel } from "../../src/panel/start-panel.ts";
import { memoryMachines } from "../../src/panel/testing/memory-machines.ts";
import { environment, eventInterval } from "./surroundings.ts";

const [folder = ""] = process.argv.slice(2);

const config = defineConfig({
  applications,
  environments: [
    defineEnvironment({
      name: environment,
      description: "One machine for everything",
      offers: {
        data: offer(dataDirectory, {}),
        service: offer(service, {}),
        web: offer(webAddress, { certificates: { from: "machine" } }),
      },
      placement: oneMachine,
      machines: hosts(["203.0.113.9"]),
    }),
  ],
});

const { provider } = memoryMachines();
/** A machine on which something happens again and again, until the panel ends. */
const lively: typeof provider = {
  ...provider,
  async reconcile({ progress, signal }) {
    let done = 0;
    for await (const _ of setInterval(eventInterval, undefined, { signal })) {
      done += 1;
      progress("packages", { text: `package ${String(done)}`, done: Math.min(done, 100), total: 100 });
    }
    return { outcome: "created", outputs: {} };
  },
};

const running = await startPanel({
  folder,
  database: databaseLocation(join(folder, "database"), process.env),
  settings: readSettings(undefined, process.env),
  config,
  openDeployment: ({ name, sink, signal }) =>
    openEngine({
      stateFolder: join(folder, "state"),
      deploymentName: name,
      identityFile: join(folder, "identity"),
      providers: [lively],
      sink,
      signal,
    }),
  report: (error) => process.stderr.write(`${inspect(error)}\n`),
});
process.once("SIGTERM", () => void running.close());
process.stdout.write(`${running.origin}\n`);
