import { Failure, type FailureReport } from "../../model/failure.ts";
import { createEvaluator, evaluate, type Evaluation } from "../../model/evaluate.ts";
import type { Environment } from "../../model/environment.ts";
import type { System } from "../../system/system.ts";
import { componentTypes } from "../components/component-types.ts";
import { applications } from "../config.ts";
import { defineEnvironment, providerSecret } from "../environments/define-environment.ts";
import { local } from "../environments/local.ts";
import type { MachineSource } from "../environments/machine-source.ts";
import { offer, type Offer } from "../environments/offer.ts";
import { oneMachine, type Placement } from "../environments/placement.ts";
import { cache } from "../resources/cache.ts";
import { container } from "../resources/container.ts";
import { dataDirectory } from "../resources/data-directory.ts";
import { database } from "../resources/database.ts";
import { loginShell } from "../resources/login-shell.ts";
import { mail } from "../resources/mail.ts";
import { objectStorage } from "../resources/object-storage.ts";
import { panelServer } from "../resources/panel-server.ts";
import { service } from "../resources/service.ts";
import { timer } from "../resources/timer.ts";
import { upgrade } from "../resources/upgrade.ts";
import { webAddress } from "../resources/web-address.ts";
import { contentOf } from "./fulfilled.ts";

const dns = { server: { address: "198.51.100.53", key: { name: "deployer", secret: providerSecret("dns-key") } } };

/** Everything that a hosting provider can offer, on the terms of a test. */
export const offers = {
  cache: offer(cache, {}),
  container: offer(container, {}),
  data: offer(dataDirectory, {}),
  database: offer(database, {}),
  mail: offer(mail, { host: "relay.example.net", user: "example", password: providerSecret("mail-password") }),
  panel: offer(panelServer, {
    image: "registry.hosting.example/fedipanel:0.1.0",
    files: { "fediversity.config.ts": "export default {};\n", "/run/secrets/dns-key": providerSecret("dns-key") },
    identity: providerSecret("identity"),
  }),
  service: offer(service, {}),
  shell: offer(loginShell, { username: "operator" }),
  storage: offer(objectStorage, { kind: "garage", web: { dns } }),
  timer: offer(timer, {}),
  upgrade: offer(upgrade, {}),
  web: offer(webAddress, { dns }),
} satisfies { readonly [name: string]: Offer };

/** Each application on a machine of its own, all databases on another and all buckets on a third. */
export const spread: Placement = ({ application, request }) => {
  if (request?.resource === "database") return "databases";
  return request?.resource === "object-storage" ? "garage" : application;
};

const initialUser = { displayName: "Ada Lovelace", username: "ada", email: "ada@example.org" };

/** Where services are deployed, and to what; by default everything on one machine of this computer. */
export interface Where {
  readonly placement?: Placement;
  readonly machines?: MachineSource;
  readonly offers?: { readonly [name: string]: Offer };
  /** Members of the initial user that differ. */
  readonly initialUser?: { readonly displayName?: string; readonly password?: string };
}

/** The hosting provider's secrets that the offers name. */
export const secrets = {
  "dns-key": { file: "/etc/dns-key" },
  "mail-password": { file: "/etc/mail-password" },
  identity: { file: "/etc/identity" },
} as const;

/** An environment of a test. */
function servicesEnvironment({
  placement = oneMachine,
  machines = local(),
  offers: given = offers,
}: Where = {}): Environment {
  return defineEnvironment({ name: "test", offers: given, placement, machines, secrets });
}

/** Evaluates applications with these options. */
export function deployed(options: { readonly [application: string]: object }, where: Where = {}): Evaluation {
  const evaluator = createEvaluator({ applications, componentTypes, environment: servicesEnvironment(where) });
  return evaluate(evaluator, {
    domain: "example.org",
    initialUser: { ...initialUser, ...where.initialUser },
    applications: Object.fromEntries(
      Object.entries(options).map(([application, own]) => [application, { enable: true, ...own }]),
    ),
  });
}

/** The system of a machine. */
export function systemOf({ deployment }: Evaluation, machine = "machine"): System {
  return deployment.components[`machine/${machine}`]?.inputs["system"] as unknown as System;
}

/** The system on which one application runs, everything being on one machine. */
export function systemWith(application: string, options: object = {}, where: Where = {}): System {
  return systemOf(deployed({ [application]: options }, where));
}

/** The variables of a container, with references in words. */
export function variablesOf(system: System, container: string): Readonly<Record<string, string>> {
  const lines = contentOf(system, `/etc/fediversity/containers/${container}/environment`).split("\n").slice(0, -1);
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]));
}

/** The mistakes in an option of an application, as `path: what was found`; none where its schema accepts it. */
export function mistakesWith(application: string, options: object): readonly string[] {
  try {
    deployed({ [application]: options });
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== "configuration-invalid") throw error;
    return (error.report.failures ?? []).map(({ subject, found }: FailureReport) => `${subject ?? ""}: ${found}`);
  }
  return [];
}
