import { isIP } from "node:net";
import { z } from "zod";
import { panelOptions } from "../catalogue/applications/panel/panel-options.ts";
import { Failure } from "../model/failure.ts";
import { nearest } from "../model/nearest.ts";
import type { DatabaseLocation } from "./database/database.ts";

/** What `panel.json` may say. Every setting has an environment variable, which wins. */
export const PanelSettings = z.strictObject({
  origin: z
    .url({ protocol: /^https?$/ })
    .refine(
      (value) => URL.canParse(value) && new URL(value).origin === value,
      "expected an origin such as https://panel.example.org",
    )
    .default("http://localhost:8080")
    .describe("Where browsers find the panel. Anything but localhost has to be https"),
  listen: z
    .string()
    .refine((value) => isIP(value) !== 0, "expected an IP address")
    .default("127.0.0.1")
    .describe("The address that it listens on"),
  port: z.int().min(1).max(65_535).default(8080).describe("The TCP port that it listens on"),
  trustProxy: z
    .boolean()
    .default(false)
    .describe("Whether the last address of X-Forwarded-For is the client's: only behind a proxy that sets it"),
  freeDomains: panelOptions.freeDomains,
  nameServers: panelOptions.nameServers,
  work: z
    .enum(["all", "web", "deployments"])
    .default("all")
    .describe("What this process does: pages, deployments or both"),
  parallel: panelOptions.parallel,
  requireSecondFactor: panelOptions.requireSecondFactor,
  demonstration: z.boolean().default(false).describe("Whether the first set-up also makes an operator, for trials"),
});
export type PanelSettings = z.output<typeof PanelSettings>;

/** Environment variables by setting. */
export const variables: { readonly [Setting in keyof PanelSettings]: string } = {
  origin: "FEDIPANEL_ORIGIN",
  listen: "FEDIPANEL_LISTEN",
  port: "FEDIPANEL_PORT",
  trustProxy: "FEDIPANEL_TRUST_PROXY",
  freeDomains: "FEDIPANEL_FREE_DOMAINS",
  nameServers: "FEDIPANEL_NAME_SERVERS",
  work: "FEDIPANEL_WORK",
  parallel: "FEDIPANEL_PARALLEL",
  requireSecondFactor: "FEDIPANEL_REQUIRE_SECOND_FACTOR",
  demonstration: "FEDIPANEL_DEMONSTRATION",
};

/** Variables of ours that are read elsewhere. */
const otherVariables = ["FEDIPANEL_SETTINGS", "FEDIPANEL_FOLDER", "FEDIPANEL_SET_UP_FILE"];

const lists: ReadonlySet<string> = new Set(["freeDomains", "nameServers"]);
const numbers: ReadonlySet<string> = new Set(["port", "parallel"]);
const switches: ReadonlySet<string> = new Set(["trustProxy", "demonstration"]);

function fromText(setting: string, text: string): unknown {
  if (lists.has(setting))
    return text
      .split(",")
      .map((part) => part.trim())
      .filter((part) => part !== "");
  if (numbers.has(setting)) return /^[0-9]{1,9}$/.test(text) ? Number(text) : text;
  if (switches.has(setting)) return text === "true" ? true : text === "false" ? false : text;
  return text;
}

function invalid(found: string, subject: string, next: string): Failure {
  return new Failure({ code: "settings-invalid", attempted: "read the panel's settings", subject, found, next });
}

function refuseUnknown(environment: { readonly [name: string]: string | undefined }): void {
  const known = [...Object.values(variables), ...otherVariables];
  for (const name of Object.keys(environment)) {
    if (!name.startsWith("FEDIPANEL_") || known.includes(name)) continue;
    const near = nearest(name, known);
    throw invalid(
      `there is no such setting${near === undefined ? "" : `; did you mean ${near}?`}`,
      `environment variable ${name}`,
      `Use one of: ${known.join(", ")}.`,
    );
  }
}

/**
 * Puts the settings together out of the file and the environment.
 * @param document of the file; nothing where there is none
 * @throws Failure `settings-invalid`, naming the nearest right word
 */
export function readSettings(
  document: unknown,
  environment: { readonly [name: string]: string | undefined },
): PanelSettings {
  refuseUnknown(environment);
  const given = Object.entries(variables).flatMap(([setting, name]) => {
    const text = environment[name];
    return text === undefined || text === "" ? [] : [[setting, fromText(setting, text)] as const];
  });
  const file = document ?? {};
  if (typeof file !== "object" || Array.isArray(file))
    throw invalid("expected an object", "panel.json", 'Write settings as { "port": 8080 }.');
  const unknown = Object.keys(file).find((key) => !Object.hasOwn(variables, key));
  if (unknown !== undefined) {
    const near = nearest(unknown, Object.keys(variables));
    throw invalid(
      `there is no such setting${near === undefined ? "" : `; did you mean "${near}"?`}`,
      `panel.json: ${unknown}`,
      `Use one of: ${Object.keys(variables).join(", ")}.`,
    );
  }
  const result = PanelSettings.safeParse({ ...file, ...Object.fromEntries(given) });
  if (!result.success) {
    const [issue] = result.error.issues;
    const setting = String(issue?.path[0] ?? "");
    throw invalid(issue?.message ?? "it is wrong", setting, "Correct it in panel.json or the environment.");
  }
  const { protocol, hostname } = new URL(result.data.origin);
  const near = hostname === "localhost" || hostname.endsWith(".localhost");
  if (protocol === "http:" && !near) {
    throw invalid(
      "browsers keep neither sessions nor passkeys over http",
      `origin ${result.data.origin}`,
      "Put the panel behind a web server with a certificate, and give its https:// origin.",
    );
  }
  return result.data;
}

/** Where the database is: a server by `DATABASE_URL`, otherwise a folder. */
export function databaseLocation(
  folder: string,
  environment: { readonly DATABASE_URL?: string | undefined },
): DatabaseLocation {
  const { DATABASE_URL: url = "" } = environment;
  if (url === "") return { kind: "folder", folder };
  if (!/^postgres(?:ql)?:\/\//.test(url))
    throw invalid("it is not a URL of PostgreSQL", "DATABASE_URL", "Write it as postgresql://user@host/database.");
  return { kind: "server", url };
}
