import { join, secret, text, type Text } from "../../model/reference.ts";
import { canonicalJson } from "../../model/json.ts";
import type { SecretDeclaration } from "../../model/secret.ts";
import type { SystemInput } from "../../system/system.ts";
import { dataRoot } from "./data-directory.ts";
import { mergeParts } from "./merge-parts.ts";
import { ownFile } from "../own-file.ts";
import { clusterEntry, layoutUnit, type Cluster } from "./garage-cluster.ts";
import {
  garageConfiguration as configuration,
  garageFolder as folder,
  garagePorts,
  garageSandbox,
  garageServer,
  type GarageServer,
} from "./garage-server.ts";

/** A folder for each bucket, so that each can be purged by itself. */
const kept = `${dataRoot}/buckets`;

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

const generated = (length: number): SecretDeclaration => ({ origin: "generated", format: "hex", length });

/** Garage's own secrets. */
export const garageSecrets: Readonly<Record<string, SecretDeclaration>> = {
  "garage/rpc-secret": generated(32),
  "garage/admin-token": generated(32),
};

/** The unit after which every bucket of a machine is there. */
export const bucketsUnit = "garage-buckets.service";

/** A part of a system that runs one Garage, alone or as the entry of a cluster, with these buckets. */
export function garagePart(
  buckets: readonly WantedBucket[],
  { cluster, ...options }: Omit<GarageServer, "member"> & { readonly cluster: Cluster | undefined },
): SystemInput {
  const { terms, machine } = options;
  const admin = `http://127.0.0.1:${String(garagePorts.admin)}`;
  const wanted = {
    admin,
    // A cluster's layout is made by a step of its own.
    ...(cluster === undefined ? { zone: machine.name, capacity: terms.capacity, tags: [machine.name] } : {}),
    buckets: buckets.map(({ bucket, host, quota, cors }) => ({ bucket, host, quota, cors })),
  };
  const before = ["garage-server.service", ...(cluster === undefined ? [] : [layoutUnit])].join(" ");
  return mergeParts(cluster === undefined ? garageServer(options) : clusterEntry(cluster, options), {
    packages: ["jq"],
    directories: {
      [kept]: { mode: "0755" },
      ...Object.fromEntries(
        buckets.map(({ bucket, of }) => [`${kept}/${bucket}`, { mode: "0755", data: `bucket of ${of}` }]),
      ),
    },
    files: {
      [`${configuration}/buckets.json`]: { content: `${canonicalJson(wanted, 2)}\n` },
      [`${configuration}/configure.sh`]: { content: ownFile("scripts/garage-configure.sh", import.meta.url) },
      [`${configuration}/purge.sh`]: { content: ownFile("scripts/garage-purge.sh", import.meta.url) },
    },
    units: {
      [bucketsUnit]: {
        sections: {
          Unit: { Description: "Buckets, keys and names in Garage", After: before, Requires: before },
          Service: {
            Type: "oneshot",
            RemainAfterExit: true,
            ExecStart: [
              "/bin/sh",
              `${configuration}/configure.sh`,
              `${configuration}/buckets.json`,
              `${folder}/buckets-made`,
            ],
            ...garageSandbox,
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
            ...garageSandbox,
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
