import { secret, text, type Text } from "../../model/reference.ts";
import type { MachineHandle } from "../../model/resource.ts";
import type { SystemInput } from "../../system/system.ts";
import { container } from "./container.ts";
import { dataRoot } from "./data-directory.ts";
import { mergeParts } from "./merge-parts.ts";

/** Ports of Garage's own choice: garagehq.deuxfleurs.fr, reference manual, configuration file. */
export const garagePorts = { s3: 3900, rpc: 3901, web: 3902, admin: 3903 } as const;

/** The region that every client has to name. */
export const garageRegion = "garage";

/** Where Garage keeps everything. */
export const garageFolder = `${dataRoot}/garage`;

/** Where its own scripts and what they read lie. */
export const garageConfiguration = "/etc/fediversity/garage";

/** The number of its user and group. */
export const garageUser = "3900";

/** What the steps that speak to Garage are kept from. */
export const garageSandbox = {
  PrivateTmp: true,
  ProtectSystem: "strict",
  ProtectHome: true,
  NoNewPrivileges: true,
  ReadWritePaths: garageFolder,
} as const;

/** On what terms Garage runs. */
export interface GarageTerms {
  readonly image: string;
  /** Bytes that may be stored. */
  readonly capacity: number;
  readonly pull: "deployer" | "machine";
  /** Whether a write is on the disk before it is answered. */
  readonly durable: boolean;
  /** Megabytes at most. */
  readonly memory?: number | undefined;
}

/** How a Garage stands to others; alone it has one copy of everything and listens on loopback. */
export interface Membership {
  /** Copies of each object. */
  readonly replication: number;
  readonly consistency: "consistent" | "degraded" | "dangerous";
  /** Where the others reach it. */
  readonly address: Text;
  /** A unit that has to end before it starts. */
  readonly after: string;
}

/** An address of IPv6 stands in brackets before a port: RFC 3986 section 3.2.2. */
export function withPort(address: Text, port: number): Text {
  return typeof address === "string" && address.includes(":")
    ? `[${address}]:${String(port)}`
    : text`${address}:${port}`;
}

function toml(s3Host: string, durable: boolean, member: Membership | undefined): Text {
  const { s3, rpc, web, admin } = garagePorts;
  const publicAddress = withPort(member?.address ?? "127.0.0.1", rpc);
  const everywhere = typeof publicAddress === "string" && publicAddress.startsWith("[") ? "[::]" : "0.0.0.0";
  const consistency =
    member === undefined || member.consistency === "consistent" ? "" : `consistency_mode = "${member.consistency}"\n`;
  return text`metadata_dir = "/var/lib/garage/meta"
data_dir = "/var/lib/garage/data"
metadata_snapshots_dir = "/var/lib/garage/snapshots"
db_engine = "sqlite"
metadata_fsync = ${String(durable)}
data_fsync = ${String(durable)}
metadata_auto_snapshot_interval = "6h"
replication_factor = ${member?.replication ?? 1}
allow_punycode = true
${consistency}compression_level = 1
rpc_bind_addr = "${member === undefined ? "127.0.0.1" : everywhere}:${rpc}"
rpc_public_addr = "${publicAddress}"

[s3_api]
s3_region = "${garageRegion}"
api_bind_addr = "127.0.0.1:${s3}"
root_domain = ".${s3Host}"

[s3_web]
bind_addr = "127.0.0.1:${web}"
root_domain = ".web.${s3Host}"
index = "index.html"

[admin]
api_bind_addr = "127.0.0.1:${admin}"
`;
}

/** What one Garage is run with. */
export interface GarageServer {
  readonly terms: GarageTerms;
  readonly machine: MachineHandle;
  readonly machineNamed: (name: string) => MachineHandle;
  readonly domain: string;
  readonly s3Host: string;
  readonly member?: Membership | undefined;
}

/** A part of a system that runs one Garage, with its folders and without buckets. */
export function garageServer({ terms, machine, machineNamed, domain, s3Host, member }: GarageServer): SystemInput {
  const server = container.request.parse({
    description: "Garage object storage",
    image: terms.image,
    memory: terms.memory,
    command: ["/garage", "server"],
    user: `${garageUser}:${garageUser}`,
    environment: { RUST_LOG: "garage=info", GARAGE_CONFIG_FILE: "/etc/garage.toml" },
    files: {
      "/etc/garage.toml": { content: toml(s3Host, terms.durable, member) },
      "/run/secrets/rpc-secret": { content: secret("garage/rpc-secret"), owner: garageUser },
    },
    directories: { "/var/lib/garage": { path: garageFolder } },
    ports: Object.values(garagePorts),
    after: member === undefined ? [] : [member.after],
  });
  // Garage reads these from its environment and refuses files that others could read: reference manual, rpc_secret_file.
  const environment = {
    ...server.environment,
    GARAGE_RPC_SECRET_FILE: "/run/secrets/rpc-secret",
    GARAGE_ADMIN_TOKEN: secret("garage/admin-token"),
  };
  const { system } = container.apply({
    policy: container.policy.parse({ pull: terms.pull }),
    requests: [{ application: "garage", name: "server", request: { ...server, environment }, from: machine }],
    machine,
    machineNamed,
    domain,
  });
  const owned = { mode: "0700", owner: garageUser, group: garageUser };
  return mergeParts(...[system ?? []].flat(), {
    packages: ["curl"],
    directories: {
      [garageFolder]: { ...owned, data: "objects of all buckets" },
      [`${garageFolder}/meta`]: owned,
      [`${garageFolder}/data`]: owned,
      [`${garageFolder}/snapshots`]: owned,
    },
  });
}
