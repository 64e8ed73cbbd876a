import { z } from "zod";
import { Failure } from "../../model/failure.ts";
import { isSecret, isTemplate, join, PlainText, SecretText, text, type Text } from "../../model/reference.ts";
import { ImageReference } from "../../system/image.ts";
import { AbsolutePath, Mode } from "../../system/path.ts";
import { defineResource } from "../../system/resource.ts";
import type { SystemInput } from "../../system/system.ts";
import type { UnitValue } from "../../system/unit.ts";
import { requireTogether } from "./address-of.ts";
import { mergeParts } from "./merge-parts.ts";
import { restrictedPort } from "./restricted-port.ts";
import { Certificates, trustStore, trustStoreBundle, trustStoreUnit } from "./trust-store.ts";

const Variable = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "expected the name of a variable");

const ContainerRequest = z.strictObject({
  description: z.string().min(1).max(120).describe("What it does"),
  image: ImageReference.describe("The official image, with the tag of its version"),
  command: z.array(PlainText).default([]).describe("Arguments in place of those of the image"),
  entrypoint: AbsolutePath.optional().describe("A program in place of the image's entry point"),
  kind: z
    .enum(["service", "step", "task"])
    .default("service")
    .describe(
      "`service` runs for ever; `step` runs once for each change and ends before what is after it; `task` is started by a timer",
    ),
  user: z
    .string()
    .regex(/^[0-9]{1,9}:[0-9]{1,9}$/)
    .optional()
    .describe("User and group inside, by number, where the image's own user is not wanted"),
  environment: z
    .record(Variable, SecretText)
    .default({})
    .describe("Variables; they arrive as they are, without any quoting"),
  directories: z
    .record(AbsolutePath, z.strictObject({ path: PlainText, readOnly: z.boolean().default(false) }))
    .default({})
    .describe("Folders of the machine by the path inside"),
  files: z
    .record(
      AbsolutePath,
      z.strictObject({
        content: SecretText,
        owner: z
          .string()
          .regex(/^[0-9]{1,9}$/)
          .default("0"),
        mode: Mode.optional(),
        /** Whether a change restarts it. */
        restarts: z.boolean().default(true),
      }),
    )
    .default({})
    .describe("Files by the path inside"),
  hosts: z
    .array(PlainText)
    .default([])
    .describe("Addresses of host names as HOST:ADDRESS, before DNS is asked; empty ones are left to DNS"),
  memoryFolders: z.array(AbsolutePath).default([]).describe("Paths inside that are writable and forgotten at the end"),
  backends: z
    .array(PlainText)
    .default([])
    .describe("Units that bindings name: they come first, and it goes on running when they are started anew"),
  after: z.array(PlainText).default([]).describe("Units that have to be there first, such as those of bindings"),
  memory: z.int().min(16).max(1_048_576).optional().describe("Megabytes at most, unless the policy says otherwise"),
  capabilities: z
    .array(z.string().regex(/^[A-Z_]+$/))
    .default([])
    .describe("Capabilities that it keeps: capabilities(7)"),
  writableRoot: z
    .boolean()
    .default(false)
    .describe("Whether the image's own files must be writable, with the reason in a comment"),
  ports: z.array(z.int().min(1).max(65_535)).default([]).describe("TCP ports that it listens on"),
  mark: PlainText.optional().describe("A file that says that the step was done and need not be done again"),
  closedPorts: z
    .array(z.int().min(1).max(65_535))
    .default([])
    .describe("Those of the ports that it opens to everybody and that only this machine may reach"),
  stopSeconds: z.int().min(1).max(900).default(30).describe("Seconds that it may take to end"),
  startSeconds: z.int().min(1).max(3600).default(900).describe("Seconds that a step may take"),
});
type ContainerRequest = z.output<typeof ContainerRequest>;

/** The parts of a text that are known now. */
function literals(value: Text): readonly string[] {
  if (typeof value === "string") return [value];
  return isTemplate(value) ? value.$text.filter((part) => typeof part === "string") : [];
}

function variables(name: string, environment: ContainerRequest["environment"]): Text {
  const parts: Text[] = [];
  for (const variable of Object.keys(environment).toSorted()) {
    const value = environment[variable] ?? "";
    // podman-run(1), --env-file: a line each, taken verbatim; a line break would begin another variable.
    if (literals(value).some((literal) => /[\u0000-\u001f\u007f]/.test(literal))) {
      throw new Failure({
        code: "variable-invalid",
        attempted: "write the variables of a container",
        subject: `container ${name}, variable ${variable}`,
        found: "the value holds a line break or another control character, which a variable cannot carry",
        next: "Remove it from the option that this value comes from.",
      });
    }
    parts.push(`${variable}=`, value, "\n");
  }
  return join(parts);
}

interface Placed {
  readonly application: string;
  readonly name: string;
  readonly request: ContainerRequest;
}

interface Policy {
  readonly trust?: string | undefined;
  readonly pull: "deployer" | "machine";
  readonly memory: Readonly<Record<string, number>>;
}

function service(request: ContainerRequest, memory: number | undefined): Readonly<Record<string, UnitValue>> {
  const { kind, stopSeconds, startSeconds } = request;
  return {
    ...(kind === "service"
      ? { Restart: "always", RestartSec: 2, TimeoutStartSec: 300 }
      : { Type: "oneshot", TimeoutStartSec: startSeconds, ...(kind === "step" ? { RemainAfterExit: true } : {}) }),
    TimeoutStopSec: stopSeconds + 10,
    ...(request.mark === undefined ? {} : { ExecStartPost: ["/usr/bin/touch", text`${request.mark}`] }),
    ...(memory === undefined ? {} : { MemoryMax: `${String(memory)}M` }),
  };
}

function partOf({ application, name, request }: Placed, policy: Policy): SystemInput {
  const full = `${application}-${name}`;
  const folder = `/etc/fediversity/containers/${full}`;
  const environmentFile = `${folder}/environment`;
  const inside = Object.entries(request.files).map(([path, file]) => ({ ...file, path, host: `${folder}${path}` }));
  const trusting: Readonly<Record<string, Text>> =
    policy.trust === undefined ? {} : { NODE_EXTRA_CA_CERTS: "/etc/ssl/certs/ca-certificates.crt" };
  const mounts: readonly Text[] = [
    ...Object.entries(request.directories).map(
      ([path, { path: host, readOnly }]) => text`${host}:${path}${readOnly ? ":ro" : ""}`,
    ),
    ...inside.map(({ path, host }) => `${host}:${path}:ro`),
    ...(policy.trust === undefined ? [] : [`${trustStoreBundle}:/etc/ssl/certs/ca-certificates.crt:ro`]),
  ];
  const after = [...request.after, ...(policy.trust === undefined ? [] : [trustStoreUnit])];
  const memory = policy.memory[full] ?? request.memory;
  return {
    packages: ["podman", "crun", "netavark"],
    images: { [request.image]: { from: policy.pull } },
    files: {
      [environmentFile]: { content: variables(full, { ...trusting, ...request.environment }), mode: "0600" },
      ...Object.fromEntries(
        inside.map(({ host, content, owner, mode }) => [
          host,
          { content, owner, group: owner, mode: mode ?? (isSecret(content) ? "0400" : "0644") },
        ]),
      ),
    },
    quadlets: {
      [`${full}.container`]: {
        sections: {
          Unit: {
            Description: request.description,
            After: ["network-online.target", ...request.backends, ...after],
            // Not required: a database that is made for another application restarts the unit that makes them all.
            Wants: ["network-online.target", ...request.backends],
            ...(after.length === 0 ? {} : { Requires: after }),
            ...(request.mark === undefined ? {} : { ConditionPathExists: text`!${request.mark}` }),
          },
          Container: {
            ContainerName: full,
            Image: request.image,
            // Loopback is where databases, caches and the web server meet; what listens there asks for a password or is
            // meant for the web server. A network of its own would put address translation between all of them.
            Network: "host",
            EnvironmentFile: environmentFile,
            ...(request.user === undefined
              ? {}
              : { User: request.user.split(":")[0] ?? "", Group: request.user.split(":")[1] ?? "" }),
            ...(request.entrypoint === undefined ? {} : { Entrypoint: request.entrypoint }),
            ...(request.command.length === 0 ? {} : { Exec: request.command }),
            ...(mounts.length === 0 ? {} : { Volume: mounts }),
            ...(request.hosts.length === 0 ? {} : { AddHost: request.hosts }),
            ...(request.memoryFolders.length === 0
              ? {}
              : { Tmpfs: request.memoryFolders.map((path) => `${path}:mode=1777`) }),
            DropCapability: "all",
            ...(request.capabilities.length === 0 ? {} : { AddCapability: request.capabilities }),
            // Images fix the numbers of their users, whose files lie in folders of the machine: a user namespace would
            // need those folders mapped, which overlay and older kernels do not all do. Root inside has no capabilities.
            NoNewPrivileges: true,
            ReadOnly: !request.writableRoot,
            LogDriver: "journald",
            StopTimeout: request.stopSeconds,
          },
          Service: service(request, memory),
        },
        restartOn: inside.filter(({ restarts }) => restarts).map(({ host }) => host),
        unaffectedBy: inside.filter(({ restarts }) => !restarts).map(({ host }) => host),
        enabled: request.kind !== "task",
      },
    },
    ports: Object.fromEntries(request.ports.map((port) => [`tcp/${String(port)}`, { owner: full }])),
  };
}

/** A program from its official container image, run by podman as a unit of systemd: podman-systemd.unit(5). */
export const container = defineResource({
  name: "container",
  description: "A program from its official container image",
  request: ContainerRequest,
  policy: z.strictObject({
    pull: z
      .enum(["deployer", "machine"])
      .default("deployer")
      .describe("Who fetches images: the deployer, for machines without the internet, or each machine itself"),
    memory: z
      .record(z.string(), z.int().min(16).max(1_048_576))
      .default({})
      .describe("Megabytes at most, by application and request joined by a hyphen"),
    trust: Certificates.optional().describe("Certificates that containers trust besides their own"),
  }),
  binding: z.strictObject({ unit: z.string() }),
  apply({ policy, machine, requests }) {
    requireTogether(machine, "container", requests);
    const { trust } = policy;
    return {
      bindings: requests.map(({ application, name }) => ({ unit: `${application}-${name}.service` })),
      system: requests.map((placed) =>
        mergeParts(
          partOf(placed, policy),
          ...placed.request.closedPorts.map((port) =>
            restrictedPort(`${placed.application}-${placed.name}-${String(port)}`, port, []),
          ),
          ...(trust === undefined ? [] : [trustStore(trust)]),
        ),
      ),
    };
  },
});
