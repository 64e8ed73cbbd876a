import { join, secret, text, type Text } from "../../model/reference.ts";
import type { MachineHandle } from "../../model/resource.ts";
import { canonicalJson } from "../../model/json.ts";
import type { SecretDeclaration } from "../../model/secret.ts";
import type { SystemInput } from "../../system/system.ts";
import { container } from "./container.ts";
import { dataRoot } from "./data-directory.ts";
import { mergeParts } from "./merge-parts.ts";
import { ownFile } from "../own-file.ts";

/** Ports of Garage's own choice: garagehq.deuxfleurs.fr, reference manual, configuration file. */
export const garagePorts = { s3: 3900, rpc: 3901, web: 3902, admin: 3903 } as const;

/** The region that every client has to name. */
export const garageRegion = "garage";

const folder = `${dataRoot}/garage`;
const configuration = "/etc/fediversity/garage";
const user = "3900";

/** A folder for each bucket, so that each can be purged by itself. */
const kept = `${dataRoot}/buckets`;

const sandbox = {
  PrivateTmp: true,
  ProtectSystem: "strict",
  ProtectHome: true,
  NoNewPrivileges: true,
  ReadWritePaths: folder,
} as const;

/** One bucket as Garage is to have it. */
export interface WantedBucket {
  readonly bucket: string;
  /** The public name under which it is read; null where nobody may. */
  readonly host: string | null;
  /** Bytes at most. */
  readonly quota: number | null;
  readonly cors: boolean;
  /** Whose it is, in words. */
  readonly of: string;
  readonly keyId: Text;
  readonly secretKey: Text;
}

/** On what terms Garage runs. */
export interface GarageTerms {
  readonly image: string;
  /** Bytes that may be stored. */
  readonly capacity: number;
  readonly pull: "deployer" | "machine";
  /** Whether a write is on the disk before it is answered. */
  readonly durable: boolean;
}

const generated = (length: number): SecretDeclaration => ({ origin: "generated", format: "hex", length });

/** Garage's own secrets. */
export const garageSecrets: Readonly<Record<string, SecretDeclaration>> = {
  "garage/rpc-secret": generated(32),
  "garage/admin-token": generated(32),
};

function toml(s3Host: string, durable: boolean): string {
  const { s3, rpc, web, admin } = garagePorts;
  return `metadata_dir = "/var/lib/garage/meta"
data_dir = "/var/lib/garage/data"
metadata_snapshots_dir = "/var/lib/garage/snapshots"
db_engine = "sqlite"
metadata_fsync = ${String(durable)}
data_fsync = ${String(durable)}
metadata_auto_snapshot_interval = "6h"
replication_factor = 1
compression_level = 1
rpc_bind_addr = "127.0.0.1:${String(rpc)}"
rpc_public_addr = "127.0.0.1:${String(rpc)}"

[s3_api]
s3_region = "${garageRegion}"
api_bind_addr = "127.0.0.1:${String(s3)}"
root_domain = ".${s3Host}"

[s3_web]
bind_addr = "127.0.0.1:${String(web)}"
root_domain = ".web.${s3Host}"
index = "index.html"

[admin]
api_bind_addr = "127.0.0.1:${String(admin)}"
`;
}

/** The unit after which every bucket of a machine is there. */
export const bucketsUnit = "garage-buckets.service";

/** A part of a system that runs one Garage with these buckets. */
export function garagePart(
  buckets: readonly WantedBucket[],
  {
    terms,
    machine,
    domain,
    s3Host,
  }: { readonly terms: GarageTerms; readonly machine: MachineHandle; readonly domain: string; readonly s3Host: string },
): SystemInput {
  const server = container.request.parse({
    description: "Garage object storage",
    image: terms.image,
    command: ["/garage", "server"],
    user: `${user}:${user}`,
    environment: { RUST_LOG: "garage=info", GARAGE_CONFIG_FILE: "/etc/garage.toml" },
    files: {
      "/etc/garage.toml": { content: toml(s3Host, terms.durable) },
      "/run/secrets/rpc-secret": { content: secret("garage/rpc-secret"), owner: user },
    },
    directories: { "/var/lib/garage": { path: folder } },
    ports: Object.values(garagePorts),
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
    domain,
  });
  const owned = { mode: "0700", owner: user, group: user };
  const wanted = {
    admin: `http://127.0.0.1:${String(garagePorts.admin)}`,
    zone: machine.name,
    capacity: terms.capacity,
    tags: [machine.name],
    buckets: buckets.map(({ bucket, host, quota, cors }) => ({ bucket, host, quota, cors })),
  };
  return mergeParts(...[system ?? []].flat(), {
    packages: ["curl", "jq"],
    directories: {
      [folder]: { ...owned, data: "objects of all buckets" },
      [kept]: { mode: "0755" },
      ...Object.fromEntries(
        buckets.map(({ bucket, of }) => [`${kept}/${bucket}`, { mode: "0755", data: `bucket of ${of}` }]),
      ),
      [`${folder}/meta`]: owned,
      [`${folder}/data`]: owned,
      [`${folder}/snapshots`]: owned,
    },
    files: {
      [`${configuration}/buckets.json`]: { content: `${canonicalJson(wanted, 2)}\n` },
      [`${configuration}/configure.sh`]: { content: ownFile("scripts/garage-configure.sh", import.meta.url) },
      [`${configuration}/purge.sh`]: { content: ownFile("scripts/garage-purge.sh", import.meta.url) },
    },
    units: {
      [bucketsUnit]: {
        sections: {
          Unit: {
            Description: "Buckets, keys and names in Garage",
            After: "garage-server.service",
            Requires: "garage-server.service",
          },
          Service: {
            Type: "oneshot",
            RemainAfterExit: true,
            ExecStart: [
              "/bin/sh",
              `${configuration}/configure.sh`,
              `${configuration}/buckets.json`,
              `${folder}/buckets-made`,
            ],
            ...sandbox,
          },
        },
        credentials: {
          "admin-header": join(["Authorization: Bearer ", secret("garage/admin-token")]),
          ...Object.fromEntries(
            buckets.flatMap(({ bucket, keyId, secretKey }) => [
              [`${bucket}-id`, keyId],
              [`${bucket}-key`, secretKey],
            ]),
          ),
        },
      },
      "garage-purge.service": {
        sections: {
          Unit: {
            Description: "Delete the buckets whose data was purged",
            After: bucketsUnit,
            Requires: "garage-server.service",
          },
          Service: {
            Type: "oneshot",
            ExecStart: [
              ...["/bin/sh", `${configuration}/purge.sh`, `${configuration}/buckets.json`, kept],
              `http://127.0.0.1:${String(garagePorts.s3)}`,
              `${folder}/buckets-made`,
            ],
            ...sandbox,
          },
        },
        credentials: { "admin-header": join(["Authorization: Bearer ", secret("garage/admin-token")]) },
        enabled: false,
      },
      "garage-purge.path": {
        sections: { Unit: { Description: "A bucket's data was purged" }, Path: { PathChanged: kept } },
      },
    },
    health: {
      garage: { kind: "http", port: garagePorts.admin, path: "/health", deadline: 60 },
    },
  });
}

/** The access key of a bucket: `GK` and 24 hexadecimal digits, which every version takes. */
export function bucketKey(name: string): {
  readonly keyId: Text;
  readonly secretKey: Text;
  readonly secrets: Readonly<Record<string, SecretDeclaration>>;
} {
  return {
    keyId: text`GK${secret(`${name}-id`)}`,
    secretKey: text`${secret(`${name}-key`)}`,
    secrets: { [`${name}-id`]: generated(12), [`${name}-key`]: generated(32) },
  };
}
