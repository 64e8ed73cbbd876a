import { z } from "zod";
import { Failure } from "../../model/failure.ts";
import { PlainText, secret, SecretText } from "../../model/reference.ts";
import type { SecretDeclaration } from "../../model/secret.ts";
import { once, settled } from "../../model/settled.ts";
import { defineResource } from "../../system/resource.ts";
import type { SystemInput } from "../../system/system.ts";
import { addressOf, remoteAddresses } from "./address-of.ts";
import { dataRoot } from "./data-directory.ts";
import { mergeParts } from "./merge-parts.ts";
import { restrictedPort } from "./restricted-port.ts";
import { sandbox } from "./sandbox.ts";
import { ownFile } from "../own-file.ts";

const release = "17";
const port = 5432;
const cluster = `${dataRoot}/postgresql/${release}`;
/** A folder for each database of ours, so that each can be purged by itself. */
const kept = `${dataRoot}/databases`;
const configuration = "/etc/fediversity/postgresql";
const socketFolder = "/run/postgresql-server";
const binaries = `/usr/lib/postgresql/${release}/bin`;

/** The unit after which every database of a machine is there. */
const databasesUnit = "postgresql-databases.service";

/** With `_owner` behind it, a name has the 63 bytes at most that PostgreSQL keeps of it: chapter 4.1.1. */
const longest = 57;

function checkNames(list: readonly { readonly name: string; readonly of: string }[]): void {
  for (const [index, { name, of }] of list.entries()) {
    const other = list.findIndex((one) => one.name === name);
    if (name.length <= longest && other === index) continue;
    throw new Failure({
      code: "database-name",
      attempted: "name a database",
      subject: `application and request ${of}`,
      found:
        other === index
          ? `the database would be called ${name}, which has more than ${String(longest)} characters`
          : `the database would be called ${name}, like that of ${list[other]?.of ?? ""}`,
      next: "Give the application or the request another name.",
    });
  }
}

const Policy = z.strictObject({
  memory: z.int().min(128).max(1_048_576).default(1024).describe("Megabytes of the machine's memory for PostgreSQL"),
  connections: z.int().min(20).max(5000).default(200).describe("Connections at the same time, at most"),
});

function databaseName(application: string, request: string): string {
  return `${application}_${request}`.replaceAll("-", "_");
}

/** Settings by the memory that PostgreSQL may use: postgresql.org, documentation, 19.4 and 19.7. */
function settings(memory: number, connections: number, everywhere: boolean): string {
  const megabytes = (share: number): string => `'${String(Math.max(1, Math.floor(memory * share)))}MB'`;
  const lines = {
    listen_addresses: everywhere ? "'*'" : "'127.0.0.1'",
    port: String(port),
    unix_socket_directories: `'${socketFolder}'`,
    hba_file: `'${configuration}/pg_hba.conf'`,
    password_encryption: "scram-sha-256",
    max_connections: String(connections),
    shared_buffers: megabytes(0.25),
    effective_cache_size: megabytes(0.75),
    maintenance_work_mem: megabytes(0.0625),
    work_mem: megabytes(0.25 / 64),
    wal_buffers: "'16MB'",
    max_wal_size: "'2GB'",
    random_page_cost: "1.1",
    // The journal has time and unit already.
    log_line_prefix: "'%q%u@%d '",
    log_timezone: "UTC",
    timezone: "UTC",
  };
  return Object.entries(lines)
    .map(([key, value]) => `${key} = ${value}\n`)
    .join("");
}

/** Who may connect: as the system's postgres without a password, and over TCP only with one. pg_hba.conf, chapter 20.1. */
function hostRules(everywhere: boolean): string {
  return [
    "local all postgres peer\n",
    "host all all 127.0.0.1/32 scram-sha-256\n",
    "host all all ::1/128 scram-sha-256\n",
    // Whose addresses these may be is for the port's own filter.
    ...(everywhere ? ["host all all all scram-sha-256\n"] : []),
  ].join("");
}

const hardening = {
  ...sandbox,
  CapabilityBoundingSet: "",
} as const;

function server({ memory, connections }: z.output<typeof Policy>, everywhere: boolean): SystemInput {
  const owned = { owner: "postgres", group: "postgres" };
  return {
    packages: [`postgresql-${release}`],
    directories: {
      [`${dataRoot}/postgresql`]: { mode: "0755", ...owned },
      [cluster]: { mode: "0700", ...owned, data: "all databases of this machine" },
    },
    files: {
      [`${configuration}/postgresql.conf`]: { content: settings(memory, connections, everywhere) },
      [`${configuration}/pg_hba.conf`]: { content: hostRules(everywhere) },
      [`${configuration}/databases.sh`]: { content: ownFile("scripts/postgresql-databases.sh", import.meta.url) },
    },
    units: {
      "postgresql-server.service": {
        sections: {
          Unit: { Description: `PostgreSQL ${release}`, After: "network.target" },
          Service: {
            Type: "notify",
            User: "postgres",
            Group: "postgres",
            RuntimeDirectory: "postgresql-server",
            RuntimeDirectoryMode: "0755",
            ExecStartPre: [
              [
                ...[
                  "/bin/sh",
                  "-c",
                  'test -e "$1/PG_VERSION" || exec "$2/initdb" --pgdata="$1" --auth=peer "$3" "$4" "$5"',
                ],
                ...["sh", cluster, binaries, "--encoding=UTF8", "--locale=C.UTF-8", "--data-checksums"],
              ],
            ],
            ExecStart: [`${binaries}/postgres`, "-D", cluster, "-c", `config_file=${configuration}/postgresql.conf`],
            ExecReload: [`${binaries}/pg_ctl`, "reload", "-D", cluster],
            KillMode: "mixed",
            KillSignal: "SIGINT",
            Restart: "always",
            RestartSec: 1,
            TimeoutStartSec: 300,
            TimeoutStopSec: 120,
            OOMScoreAdjust: -900,
            ReadWritePaths: `${dataRoot}/postgresql`,
            ...hardening,
          },
        },
        reloadOn: [`${configuration}/pg_hba.conf`],
      },
    },
    ports: { [`tcp/${String(port)}`]: { owner: "postgresql" } },
  };
}

const alone = once((policy: z.output<typeof Policy>) => settled(server(policy, false)));
const everywhere = once((policy: z.output<typeof Policy>) => settled(server(policy, true)));

function databases(
  list: readonly { readonly name: string; readonly extensions: readonly string[]; readonly of: string }[],
): SystemInput {
  const lines = list
    .map(({ name, extensions }) => `${name} ${extensions.length === 0 ? "-" : extensions.join(",")}\n`)
    .toSorted();
  const path = `${configuration}/databases`;
  const service = (description: string, args: readonly string[], more: object) => ({
    Unit: { Description: description, After: "postgresql-server.service", Requires: "postgresql-server.service" },
    Service: {
      Type: "oneshot",
      User: "postgres",
      Group: "postgres",
      ExecStart: ["/bin/sh", `${configuration}/databases.sh`, path, ...args],
      ...more,
      ...hardening,
    },
  });
  return {
    files: { [path]: { content: lines.join("") } },
    directories: {
      [kept]: { mode: "0755" },
      ...Object.fromEntries(
        list.map(({ name, of }) => [`${kept}/${name}`, { mode: "0755", data: `database of ${of}` }]),
      ),
    },
    units: {
      [databasesUnit]: {
        sections: service("Databases and their logins", [], { RemainAfterExit: true }),
        credentials: Object.fromEntries(list.map(({ name, of }) => [name, secret(`database/${of.replace(" ", "/")}`)])),
      },
      "postgresql-purge.service": {
        sections: service("Drop the databases whose data was purged", [kept], {}),
        enabled: false,
      },
      "postgresql-purge.path": {
        sections: {
          Unit: { Description: "A database's data was purged" },
          Path: { PathChanged: kept },
        },
      },
    },
  };
}

/** A PostgreSQL database with a login of its own. */
export const database = defineResource({
  name: "database",
  description: `A PostgreSQL ${release} database with a login of its own`,
  request: z.strictObject({
    extensions: z
      .array(z.string().regex(/^[a-z][a-z0-9_]{0,40}$/))
      .default([])
      .describe("Extensions that only a superuser may make; they must be among those that PostgreSQL brings"),
  }),
  policy: Policy,
  binding: z.strictObject({
    host: PlainText,
    port: z.int(),
    name: z.string(),
    user: z.string(),
    password: SecretText,
    /** A unit of the application's machine after which it is there; empty where it is on another. */
    unit: z.string(),
  }),
  apply({ policy, machine, requests }) {
    const remote = remoteAddresses(machine, requests);
    const list = requests.map(({ application, name, request }) => ({
      name: databaseName(application, name),
      extensions: request.extensions,
      of: `${application} ${name}`,
    }));
    checkNames(list);
    const password: SecretDeclaration = { origin: "generated", format: "alphanumeric", length: 40 };
    const secretOf = ({ application, name }: (typeof requests)[number]): string => `database/${application}/${name}`;
    return {
      bindings: requests.map((request) => {
        const name = databaseName(request.application, request.name);
        const unit = request.from.name === machine.name ? databasesUnit : "";
        const host = addressOf(machine, request);
        return { host, port, name, user: name, password: secret(secretOf(request)), unit };
      }),
      system: mergeParts(
        remote.length > 0 ? everywhere(policy) : alone(policy),
        databases(list),
        ...(remote.length > 0 ? [restrictedPort("postgresql", port, remote)] : []),
      ),
      secrets: Object.fromEntries(requests.map((request) => [secretOf(request), password])),
    };
  },
});
