import { z } from "zod";
import { PlainText, SecretText, text } from "../../model/reference.ts";
import { PackageName } from "../../system/package-name.ts";
import { AbsolutePath, AccountName, Mode, Owner } from "../../system/path.ts";
import { defineResource } from "../../system/resource.ts";
import type { SystemInput } from "../../system/system.ts";
import { UnitName } from "../../system/unit.ts";
import { requireTogether } from "./address-of.ts";
import { sandbox } from "./sandbox.ts";
import { mergeParts } from "./merge-parts.ts";
import { Certificates, trustStore, trustStoreBundle, trustStoreUnit } from "./trust-store.ts";

const Command = z.array(PlainText).min(1);

/** What every such service is kept from: systemd.exec(5), "Sandboxing". */
const hardening = {
  ...sandbox,
  ProtectKernelModules: true,
  LockPersonality: true,
  RestrictRealtime: true,
  CapabilityBoundingSet: "",
} as const;

/** A program from a Debian package, run natively by systemd. */
export const service = defineResource({
  name: "service",
  description: "A program from a Debian package, run by systemd in a sandbox",
  request: z.strictObject({
    description: z.string().min(1).max(120).describe("What it does"),
    unit: UnitName.describe("Its unit; that of the Debian package, where there is one, is replaced"),
    packages: z.array(PackageName).min(1).describe("Debian packages"),
    user: AccountName.describe("Who runs it: a user that a package makes"),
    command: Command.describe("The program and its arguments"),
    before: z.array(Command).default([]).describe("Commands that come before it, each time"),
    kind: z
      .enum(["service", "step"])
      .default("service")
      .describe("`service` runs for ever; `step` runs once for each change"),
    files: z
      .record(
        AbsolutePath,
        z.strictObject({
          content: SecretText,
          owner: Owner.default("root"),
          mode: Mode.optional(),
          place: z.enum(["link", "copy"]).default("link"),
        }),
      )
      .default({})
      .describe("Files of the machine; a change restarts it"),
    credentials: z
      .record(z.string().regex(/^[a-z0-9][a-z0-9_.-]*$/), SecretText)
      .default({})
      .describe("Secrets in $CREDENTIALS_DIRECTORY: systemd.exec(5)"),
    environment: z
      .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), PlainText)
      .default({})
      .describe("Variables"),
    writable: z.array(PlainText).default([]).describe("Paths that it may write to"),
    after: z.array(PlainText).default([]).describe("Units that have to be there first"),
    ports: z.array(z.int().min(1).max(65_535)).default([]).describe("TCP ports that it listens on"),
    memory: z.int().min(8).max(1_048_576).optional().describe("Megabytes at most, unless the policy says otherwise"),
  }),
  policy: z.strictObject({
    memory: z
      .record(z.string(), z.int().min(8).max(1_048_576))
      .default({})
      .describe("Megabytes at most, by application and request joined by a hyphen"),
    trust: Certificates.optional().describe("Certificates that services trust besides Debian's"),
  }),
  binding: z.strictObject({ unit: z.string() }),
  apply({ policy, machine, requests }) {
    requireTogether(machine, "service", requests);
    const { trust } = policy;
    return {
      bindings: requests.map(({ request: { unit } }) => ({ unit })),
      system: requests.map(({ application, name, request }): SystemInput => {
        const memory = policy.memory[`${application}-${name}`] ?? request.memory;
        const after = [...request.after, ...(trust === undefined ? [] : [trustStoreUnit])];
        return mergeParts(
          {
            packages: request.packages,
            files: request.files,
            units: {
              [request.unit]: {
                sections: {
                  Unit: {
                    Description: request.description,
                    After: ["network-online.target", ...after],
                    Wants: "network-online.target",
                    ...(after.length === 0 ? {} : { Requires: after }),
                  },
                  Service: {
                    ...(request.kind === "step"
                      ? { Type: "oneshot", RemainAfterExit: true }
                      : { Type: "exec", Restart: "always", RestartSec: 2 }),
                    User: request.user,
                    ...(request.before.length === 0 ? {} : { ExecStartPre: request.before }),
                    ExecStart: [request.command],
                    ...(Object.keys(request.environment).length === 0 ? {} : { Environment: request.environment }),
                    ...(request.writable.length === 0
                      ? {}
                      : { ReadWritePaths: request.writable.map((path) => text`${path}`) }),
                    ...(memory === undefined ? {} : { MemoryMax: `${String(memory)}M` }),
                    ...(trust === undefined
                      ? {}
                      : { BindReadOnlyPaths: `${trustStoreBundle}:/etc/ssl/certs/ca-certificates.crt` }),
                    ...hardening,
                  },
                },
                credentials: request.credentials,
                restartOn: Object.keys(request.files),
              },
            },
            ports: Object.fromEntries(request.ports.map((port) => [`tcp/${String(port)}`, { owner: application }])),
          },
          ...(trust === undefined ? [] : [trustStore(trust)]),
        );
      }),
    };
  },
});
