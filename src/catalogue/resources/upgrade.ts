import { z } from "zod";
import { PlainText, SecretText, text } from "../../model/reference.ts";
import { defineResource } from "../../system/resource.ts";
import type { SystemInput } from "../../system/system.ts";
import { requireTogether } from "./address-of.ts";
import { dataRoot } from "./data-directory.ts";
import { ownFile } from "../own-file.ts";

/** Sees to it that a new version of an application changes its database only after a dump, and that the way back works. */
export const upgrade = defineResource({
  name: "upgrade",
  description:
    "A dump of the database before another version changes it, and the way back when that version is unhealthy",
  request: z.strictObject({
    version: z
      .string()
      .regex(/^[0-9][A-Za-z0-9.+~-]*$/, "expected a version")
      .describe("The application's version"),
    database: z
      .strictObject({
        host: PlainText,
        port: PlainText,
        name: PlainText,
        user: PlainText,
        password: SecretText,
        unit: PlainText,
      })
      .describe("The binding of its database"),
    final: z
      .record(z.string().regex(/^[a-zA-Z]{1,40}$/), z.string().regex(/^[!-~]{1,300}$/))
      .default({})
      .describe("Options with their values that cannot change once the application has begun, such as its host"),
    schemas: z
      .array(z.string().regex(/^[a-z][a-z0-9_]{0,40}$/))
      .default([])
      .describe("Schemas of the database that the application has besides `public`"),
    after: z.array(PlainText).default([]).describe("Units that have to be there first"),
  }),
  policy: z.strictObject({}),
  binding: z.strictObject({
    /** What migrations and the application come after. */
    unit: z.string(),
    /**
     * A folder for marks of steps that are done once for each version: `done-VERSION-STEP`. Its file `upgrade`, where
     * there was one, tells the last upgrade: FROM TO GENERATION ID; every user may read that.
     */
    folder: z.string(),
  }),
  apply({ machine, requests }) {
    requireTogether(machine, "upgrade", requests);
    const unitOf = (application: string, name: string): string => `${application}-${name}.service`;
    const folderOf = (application: string, name: string): string => `${dataRoot}/${application}/${name}`;
    return {
      bindings: requests.map(({ application, name }) => ({
        unit: unitOf(application, name),
        folder: folderOf(application, name),
      })),
      system: requests.map(({ application, name, request }): SystemInput => {
        const { version, database, schemas } = request;
        const folder = folderOf(application, name);
        const final = `/etc/fediversity/upgrade/${application}-${name}.final`;
        const lines = Object.entries(request.final).toSorted(([a], [b]) => (a < b ? -1 : 1));
        const program = "/etc/fediversity/upgrade/upgrade.sh";
        const { after } = request;
        return {
          packages: ["postgresql-client-17"],
          directories: { [folder]: { mode: "0711", data: `version and dumps of ${application}` } },
          files: {
            [program]: { content: ownFile("scripts/upgrade.sh", import.meta.url) },
            [final]: { content: lines.map(([option, value]) => `${option} ${value}\n`).join("") },
          },
          units: {
            [unitOf(application, name)]: {
              sections: {
                Unit: {
                  Description: `Dump of the database before another version of ${application} changes it`,
                  After: ["network-online.target", ...after],
                  Wants: ["network-online.target", ...after],
                },
                Service: {
                  Type: "oneshot",
                  RemainAfterExit: true,
                  TimeoutStartSec: 3600,
                  RuntimeDirectory: `${application}-${name}`,
                  ExecStart: [
                    [
                      ...["/bin/sh", program, folder, version, final],
                      ...[
                        text`${database.name}`,
                        text`${database.host}`,
                        text`${database.port}`,
                        text`${database.user}`,
                      ],
                      ...schemas,
                    ],
                  ],
                },
              },
              credentials: { password: text`${database.password}` },
              onChange: "restart",
            },
          },
        };
      }),
    };
  },
});
