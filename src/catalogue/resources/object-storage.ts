import { z } from "zod";
import type { Component } from "../../model/component.ts";
import { Domain } from "../../model/domain.ts";
import { Failure } from "../../model/failure.ts";
import { PlainText, SecretText, text, type Text } from "../../model/reference.ts";
import type { MachineHandle, PlacedRequest } from "../../model/resource.ts";
import { ImageReference } from "../../system/image.ts";
import { defineResource } from "../../system/resource.ts";
import { addressOf } from "./address-of.ts";
import { bucketKey, bucketsUnit, garagePart, garageSecrets } from "./garage.ts";
import { clusterElsewhere, clusterOf, clusterPolicy, clusterProblem, clusterSecrets } from "./garage-cluster.ts";
import { garagePorts, garageRegion } from "./garage-server.ts";
import { mergeParts } from "./merge-parts.ts";
import { siteParts, WebServerPolicy } from "./web-server.ts";

/** Garage as the hosting provider runs it. */
const GaragePolicy = z
  .strictObject({
    kind: z.literal("garage"),
    image: ImageReference.default("docker.io/dxflrs/garage:v2.4.1").describe("Garage's official image"),
    pull: z.enum(["deployer", "machine"]).default("deployer").describe("Who fetches the image"),
    capacity: z.int().min(1_000_000).default(100_000_000_000).describe("Bytes that a machine may store"),
    ...clusterPolicy,
    durable: z.boolean().default(true).describe("Whether each write reaches the disk before it is answered"),
    memory: z.int().min(64).max(1_048_576).optional().describe("Megabytes at most that Garage may use on a machine"),
    quota: z.int().min(1_000_000).optional().describe("Bytes that each bucket may hold at most"),
    web: WebServerPolicy.prefault({}).describe("How the names of buckets are served: as for web-address"),
  })
  .superRefine((policy, context) => {
    const problem = clusterProblem(policy);
    if (problem !== undefined) context.addIssue({ code: "custom", path: ["nodes"], message: problem });
  });

/** Object storage that is there already. */
const ExistingPolicy = z.strictObject({
  kind: z.literal("s3"),
  host: Domain.describe("Where its S3 interface answers, over HTTPS"),
  region: z
    .string()
    .regex(/^[a-z0-9-]+$/)
    .describe("Its region"),
  accessKeyId: SecretText.describe("Access key: providerSecret(…)"),
  secretAccessKey: SecretText.describe("Secret key: providerSecret(…)"),
  bucketPrefix: z
    .string()
    .regex(/^[a-z0-9-]*$/)
    .default("")
    .describe("What the names of buckets, made by hand, begin with"),
  publicDomain: Domain.describe("Public buckets are read at BUCKET.publicDomain"),
});

/** Characters of a bucket's name, as in S3; of a public name as well in Garage, where it is one: its bucket_alias_table.rs. */
const longestName = 63;

const Request = z.strictObject({
  description: z.string().min(1).max(120).describe("What lies in it"),
  host: Domain.optional().describe("The public name under which everybody reads it; without it nobody does"),
  cors: z.boolean().default(true).describe("Whether pages of other sites may read it"),
  quota: z.int().min(1_000_000).optional().describe("Bytes at most; the policy's when not given"),
  keyOf: z
    .string()
    .optional()
    .describe("Another such request of the application whose access key opens this bucket as well"),
});

interface Bound {
  readonly endpoint: string;
  readonly host: string;
  readonly mapping: Text;
  readonly region: string;
  readonly bucket: string;
  readonly accessKeyId: Text;
  readonly secretAccessKey: Text;
  readonly publicHost: string;
  readonly pathStyle: string;
  readonly unit: string;
}

type Placed = PlacedRequest<z.output<typeof Request>>;

const bucketName = ({ application, name }: Placed): string => `${application}-${name}`;

function existing(
  policy: z.output<typeof ExistingPolicy>,
  requests: readonly Placed[],
): { readonly bindings: readonly Bound[] } {
  checkBucketNames(requests, policy.bucketPrefix);
  return {
    bindings: requests.map((placed) => {
      const bucket = `${policy.bucketPrefix}${bucketName(placed)}`;
      return {
        endpoint: `https://${policy.host}`,
        host: policy.host,
        mapping: "",
        region: policy.region,
        bucket,
        accessKeyId: policy.accessKeyId,
        secretAccessKey: policy.secretAccessKey,
        publicHost: placed.request.host === undefined ? "" : `${bucket}.${policy.publicDomain}`,
        pathStyle: "false",
        unit: "",
      };
    }),
  };
}

interface Surroundings {
  readonly machine: MachineHandle;
  readonly machineNamed: (name: string) => MachineHandle;
  readonly domain: string;
}

function checkBucketNames(requests: readonly Placed[], prefix = ""): void {
  const owners = new Map<string, Placed>();
  for (const placed of requests) {
    const name = `${prefix}${bucketName(placed)}`;
    const other = owners.get(name);
    owners.set(name, placed);
    if (name.length <= longestName && other === undefined) continue;
    const problem =
      other === undefined
        ? `and names of buckets have ${String(longestName)} characters at most`
        : `like that of application ${other.application}, request ${other.name}`;
    throw new Failure({
      code: "bucket-name",
      attempted: "name a bucket",
      subject: `application ${placed.application}, request ${placed.name}`,
      found: `the bucket would be called ${name}, ${problem}`,
      next: "Give the application or the request another name.",
    });
  }
}

function garage(policy: z.output<typeof GaragePolicy>, requests: readonly Placed[], surroundings: Surroundings) {
  const { machine, machineNamed, domain } = surroundings;
  checkBucketNames(requests);
  const s3Host = `s3.${domain}`;
  const keys = requests.map(({ application, name, request }) =>
    bucketKey(`bucket/${application}/${request.keyOf ?? name}`),
  );
  const buckets = requests.map((placed, index) => ({
    bucket: bucketName(placed),
    host: placed.request.host ?? null,
    quota: placed.request.quota ?? policy.quota ?? null,
    cors: placed.request.cors,
    of: `${placed.application} ${placed.name}`,
    keyId: keys[index]?.keyId ?? "",
    secretKey: keys[index]?.secretKey ?? "",
  }));
  const options = { policy: policy.web, machine, domain };
  const route = { paths: [], timeout: 3600, headers: {} };
  const api = siteParts(
    { host: s3Host, routes: [{ ...route, port: garagePorts.s3 }] },
    // Whoever asks without a signature is refused, and that is an answer.
    { ...options, health: undefined },
  );
  const media = buckets.flatMap(({ bucket, host }) =>
    host === null
      ? []
      : [
          siteParts(
            {
              host,
              routes: [
                // PeerTube puts the bucket's name into public addresses where it uses path style.
                { ...route, paths: [`/${bucket}/*`], port: garagePorts.web, stripPrefix: `/${bucket}` },
                { ...route, port: garagePorts.web },
              ],
            },
            { ...options, health: undefined },
          ),
        ],
  );
  const { image, capacity, pull, durable, memory } = policy;
  const cluster = clusterOf(policy, machine, machineNamed, requests);
  const server = { terms: { image, capacity, pull, durable, memory }, s3Host, ...surroundings };
  const own = garagePart(buckets, { ...server, cluster });
  // A node that waits for the entry, which waits for the node, would wait for ever.
  const reached = (placed: Placed): Text => {
    const { name } = placed.from;
    const waitedFor = name !== machine.name && cluster?.nodes.some((node) => node.name === name) === true;
    return waitedFor ? machine.address : addressOf(machine, placed);
  };
  return {
    bindings: buckets.map(({ bucket, host, keyId, secretKey }, index): Bound => {
      const placed = requests[index] as Placed;
      return {
        endpoint: `https://${s3Host}`,
        host: s3Host,
        mapping: text`${s3Host}:${reached(placed)}`,
        region: garageRegion,
        bucket,
        accessKeyId: keyId,
        secretAccessKey: secretKey,
        publicHost: host ?? "",
        pathStyle: "true",
        unit: placed.from.name === machine.name ? bucketsUnit : "",
      };
    }),
    elsewhere: cluster === undefined ? {} : clusterElsewhere(cluster, server),
    system: mergeParts(own, ...[api, ...media].map(({ system }) => system)),
    components: Object.assign({}, ...[api, ...media].map(({ components }) => components)) as Readonly<
      Record<string, Component>
    >,
    secrets: Object.assign(
      {},
      garageSecrets,
      cluster === undefined ? {} : clusterSecrets(cluster),
      ...keys.map(({ secrets }) => secrets),
    ) as typeof garageSecrets,
  };
}

/** A bucket of its own for each request: in Garage, or in object storage that is there already. */
export const objectStorage = defineResource({
  name: "object-storage",
  description: "A bucket of the application's own, in Garage or in object storage that is there already",
  request: Request,
  policy: z.discriminatedUnion("kind", [GaragePolicy, ExistingPolicy]),
  binding: z.strictObject({
    endpoint: z.string(),
    host: z.string(),
    /** The host with the address at which the application's machine reaches it, as HOST:ADDRESS; empty where DNS knows. */
    mapping: PlainText,
    region: z.string(),
    bucket: z.string(),
    accessKeyId: SecretText,
    secretAccessKey: SecretText,
    /** Where everybody reads it; empty where nobody does. */
    publicHost: z.string(),
    /** Whether names of buckets are parts of paths and not of host names: `true` or `false`. */
    pathStyle: z.string(),
    /** A unit of the application's machine after which it is there; empty where it is elsewhere. */
    unit: z.string(),
  }),
  refuses: (policy, { host = "" }) =>
    policy.kind === "garage" && host.length > longestName
      ? `serves public names of at most ${String(longestName)} characters, and ${host} has ${String(host.length)}: give the application a shorter host`
      : undefined,
  apply({ policy, requests, ...surroundings }) {
    return policy.kind === "s3" ? existing(policy, requests) : garage(policy, requests, surroundings);
  },
});
