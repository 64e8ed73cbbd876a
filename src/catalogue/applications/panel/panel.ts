import { z } from "zod";
import { defineApplication } from "../../../model/application.ts";
import { text } from "../../../model/reference.ts";
import { dataDirectory } from "../../resources/data-directory.ts";
import { database } from "../../resources/database.ts";
import { panelServer, panelUser } from "../../resources/panel-server.ts";
import { webAddress } from "../../resources/web-address.ts";
import { host, hostOf } from "../options.ts";
import { panelOptions } from "./panel-options.ts";

const port = 8090;

/** FediPanel itself, for hosting providers: docs/panel-installation.md. */
export const panel = defineApplication({
  name: "panel",
  title: "FediPanel",
  description: "FediPanel: the hosting provider's own panel, in which operators deploy their services",
  audience: "hosting-provider",
  options: z.object({ host, ...panelOptions }),
  state: [
    { kind: "database", request: "db", description: "Accounts, configurations, deployments, the audit trail" },
    {
      kind: "directory",
      request: "data",
      description: "What is known of operators' machines, their secrets and the identity that opens these, keys",
    },
  ],
  health: () => ({ web: { kind: "http", port, path: "/health", deadline: 120 } }),
  implementation({ options, domain, request, secret }) {
    const name = hostOf("panel", domain, options.host);
    const db = request(database, "db", {});
    const data = request(dataDirectory, "data", {
      description: "state, secrets and keys of FediPanel",
      mode: "0700",
      owner: panelUser,
      group: panelUser,
    });
    const setUp = secret("set-up", {
      format: "base64url",
      length: 32,
      prefix: `https://${name}/invitations/`,
      announcement: "Make the first account of FediPanel, once and within seven days, at",
    });
    request(panelServer, "server", {
      database: db,
      data: text`${data.path}`,
      setUp: text`${setUp}`,
      environment: {
        DATABASE_URL: text`postgresql://${db.user}:${db.password}@${db.host}:${db.port}/${db.name}`,
        FEDIPANEL_ORIGIN: `https://${name}`,
        FEDIPANEL_PORT: String(port),
        FEDIPANEL_TRUST_PROXY: "true",
        FEDIPANEL_FREE_DOMAINS: options.freeDomains.join(","),
        FEDIPANEL_NAME_SERVERS: options.nameServers.join(","),
        FEDIPANEL_PARALLEL: String(options.parallel),
        FEDIPANEL_REQUIRE_SECOND_FACTOR: options.requireSecondFactor,
      },
      port,
    });
    request(webAddress, "web", { host: name, routes: [{ port, maxBody: 1_048_576 }], healthPath: "/health" });
  },
});
