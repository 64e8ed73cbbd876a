import { serve } from "@hono/node-server";
import { resolveNs } from "node:dns/promises";
import { once } from "node:events";
import type { Server } from "node:http";
import type { FediversityConfig } from "../catalogue/config.ts";
import { Failure } from "../model/failure.ts";
import { inviteFirst } from "./accounts/invitations.ts";
import { forOperators } from "./configurations/catalogue.ts";
import { openDatabase, type DatabaseLocation } from "./database/database.ts";
import { vacuumRegularly } from "./database/vacuum-regularly.ts";
import { loadKeys } from "./keys.ts";
import type { OpenDeployment, Panel } from "./panel.ts";
import { carryOut } from "./runs/carry-out.ts";
import { lookRegularly } from "./runs/look-regularly.ts";
import { openQueue } from "./runs/queue.ts";
import { watchRuns } from "./runs/run-watch.ts";
import type { PanelSettings } from "./settings.ts";

/** What the panel is started with. */
export interface StartOptions {
  /** Folder for the keys. */
  readonly folder: string;
  readonly database: DatabaseLocation;
  readonly settings: PanelSettings;
  /** The secret of the link for the first set-up, where the hosting provider's deployer made it. */
  readonly setUpSecret?: string | undefined;
  readonly config: FediversityConfig;
  readonly openDeployment: OpenDeployment;
  /** Takes errors that nobody waits for. */
  readonly report: (error: unknown) => void;
}

/** A panel that runs. */
export interface RunningPanel {
  readonly origin: string;
  /**
   * Where the first person makes an account; nothing once somebody has one, where no pages are served, or where the
   * hosting provider has the link already.
   */
  readonly setUpLink: string | undefined;
  /** Ends in order: deployments under way are left for the next process, and stay consistent. */
  close(): Promise<void>;
}

async function listen(panel: Panel): Promise<Server> {
  await import("./register-tsx.ts");
  const [{ createServer }, { routes }] = await Promise.all([import("./web/server.ts"), import("./web/routes.ts")]);
  const { listen: hostname, port } = panel.settings;
  const server = serve({ fetch: createServer(panel, routes).fetch, hostname, port }) as Server;
  try {
    if (!server.listening) await once(server, "listening");
  } catch (error) {
    throw new Failure(
      {
        code: "panel-unreachable",
        attempted: "serve the panel",
        subject: `${hostname}:${String(port)}`,
        found: (error as NodeJS.ErrnoException).code === "EADDRINUSE" ? "another program listens there" : String(error),
        next: "Stop it, or give the panel another port in panel.json or FEDIPANEL_PORT.",
      },
      { cause: error },
    );
  }
  return server;
}

/**
 * Starts what the settings say: pages, the carrying out of deployments, or both.
 * @throws Failure when keys, database or port are not to be had
 */
export async function startPanel(options: StartOptions): Promise<RunningPanel> {
  const { folder, settings, openDeployment, setUpSecret, report } = options;
  const config = forOperators(options.config);
  const keys = await loadKeys(folder);
  const database = await openDatabase(options.database);
  const { queries } = database;
  const stopping = new AbortController();
  try {
    vacuumRegularly(database, report, stopping.signal);
    const queue = await openQueue(database, report);
    const watch = watchRuns(queries, report);
    const outside = { config, openDeployment, askNameServers: resolveNs, now: Date.now, report };
    const panel: Panel = { queries, keys, settings, queue, watch, ...outside };
    const server = settings.work === "deployments" ? undefined : await listen(panel);
    let looked: (() => Promise<void>) | undefined;
    if (settings.work !== "web") {
      await queue.work((run) => carryOut(panel, run, stopping.signal), settings.parallel);
      looked = lookRegularly(panel, stopping.signal);
    }
    const secret = server === undefined ? undefined : await inviteFirst(queries, Date.now(), setUpSecret);
    return {
      origin: settings.origin,
      setUpLink: secret === undefined ? undefined : `${settings.origin}/invitations/${secret}`,
      async close() {
        stopping.abort();
        watch.close();
        const closed = server === undefined ? undefined : once(server, "close");
        server?.close();
        server?.closeAllConnections();
        await closed;
        await queue.close();
        await looked?.();
        await database.close();
      },
    };
  } catch (error) {
    await database.close();
    throw error;
  }
}
