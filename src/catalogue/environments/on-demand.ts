import { createHash } from "node:crypto";
import { z } from "zod";
import { explainIssues } from "../../model/explain.ts";
import { Failure } from "../../model/failure.ts";
import { output, secret } from "../../model/reference.ts";
import type { SecretDeclaration } from "../../model/secret.ts";
import { AuthorizedKey, FixedAddresses, type FirstBoot, MachineSize } from "../components/machine-on-demand.ts";
import type { Demanded, SourcedMachine } from "./machine-source.ts";

const positive = z.int().min(1);

/** The policies that every source of machines on demand has, in the same words. */
export const onDemandPolicy = {
  sizes: z
    .record(z.string(), MachineSize)
    .refine((sizes) => "default" in sizes, "expected a size named default")
    .describe("How big machines are, by name; `default` for those that are not named"),
  quota: z
    .strictObject({
      machines: positive.optional(),
      cores: positive.optional(),
      memory: positive.optional().describe("MiB"),
      disk: positive.optional().describe("GiB"),
    })
    .default({})
    .describe("The most that one deployment may have, all its machines together"),
  login: z
    .strictObject({
      authorizedKeys: z.array(AuthorizedKey).min(1).describe("Public keys that let root into new machines"),
      identityFile: z
        .string()
        .regex(/^\/[^\p{Cc}]*$/u, "expected an absolute path")
        .optional()
        .describe("The private key on the deployer, where the agent and ssh_config do not already know it"),
    })
    .describe("How the deployer gets in"),
  apart: z
    .union([z.literal("deployment"), z.strictObject({ group: z.string().min(1).max(64) })])
    .optional()
    .describe("Machines that are put on different hosts: those of one deployment, or all of a named group"),
  protected: z
    .record(z.string(), z.boolean())
    .default({})
    .describe("Whether disks may hold data, by machine; `default` for those that are not named, and true without it"),
  addresses: z
    .record(z.string(), FixedAddresses)
    .default({})
    .describe("Fixed addresses by machine; the others ask by DHCP"),
  adopt: z.record(z.string(), z.string()).default({}).describe("Existing machines to take over, by machine"),
  cloudConfig: z.record(z.string(), z.json()).default({}).describe("Further parts of the cloud-config of new machines"),
};
const Policy = z.object(onDemandPolicy);
/** See {@link onDemandPolicy}. */
export type OnDemandPolicy = z.output<typeof Policy>;

/** The value for a machine: its own, or that of `default`. */
function forMachine<Value>(values: Readonly<Record<string, Value>>, machine: string): Value | undefined {
  return Object.hasOwn(values, machine) ? values[machine] : values["default"];
}

/**
 * Reads the policy of a source.
 * @throws Failure `policy-invalid` naming the place in the policy
 */
export function readPolicy<Schema extends z.ZodType>(
  source: string,
  schema: Schema,
  policy: unknown,
): z.output<Schema> {
  const result = schema.safeParse(policy);
  if (result.success) return result.data;
  throw new Failure({
    code: "policy-invalid",
    attempted: "read the environment",
    subject: `policy of the machine source ${source}`,
    found: "it does not fit the source's schema",
    next: "Correct the environment in fediversity.config.ts.",
    failures: explainIssues({ schema, document: policy, issues: result.error.issues, attempted: "read the policy" }),
  });
}

/**
 * Gives a machine its name outside: legible, a host name, and different for any two machines of any two deployments.
 * @example `snac-example-org-5b0c1d` for the machine snac of example.org
 */
export function nameOutside(machine: string, domain: string): string {
  const distinct = createHash("sha256").update(`${domain}\n${machine}`).digest("hex").slice(0, 6);
  const legible = `${machine}-${domain.replaceAll(".", "-")}`.slice(0, 56).replace(/-+$/, "");
  return `${legible}-${distinct}`;
}

/** What a source makes of its policy for one machine; the rest of the component's inputs is its own. */
export interface OnDemand {
  readonly path: string;
  /** Inputs that every type of component for machines on demand has. */
  readonly inputs: {
    readonly name: string;
    readonly size: MachineSize;
    readonly firstBoot: FirstBoot;
    readonly apart?: string;
    readonly protected: boolean;
    readonly adopt?: string;
  };
  readonly connection: SourcedMachine["connection"];
  readonly secrets: { readonly [name: string]: SecretDeclaration };
}

/**
 * Applies the policies to one machine.
 * @param type name of the component type that makes it
 */
export function onDemand(type: string, policy: OnDemandPolicy, machine: string, { domain }: Demanded): OnDemand {
  const path = `${type}/${machine}`;
  const hostKey = `machine/${machine}/host-key`;
  const { login, apart } = policy;
  const network = Object.hasOwn(policy.addresses, machine) ? policy.addresses[machine] : undefined;
  const adopt = Object.hasOwn(policy.adopt, machine) ? policy.adopt[machine] : undefined;
  return {
    path,
    inputs: {
      name: nameOutside(machine, domain),
      size: forMachine(policy.sizes, machine) as MachineSize,
      firstBoot: {
        hostName: machine,
        authorizedKeys: login.authorizedKeys,
        hostKey: { private: secret(hostKey), public: secret(`${hostKey}-public`) },
        more: policy.cloudConfig,
        ...(network === undefined ? {} : { network }),
      },
      ...(apart === undefined ? {} : { apart: apart === "deployment" ? domain : apart.group }),
      protected: forMachine(policy.protected, machine) ?? true,
      ...(adopt === undefined ? {} : { adopt }),
    },
    connection: {
      address: output(path, "address"),
      hostKeys: output(path, "hostKeys"),
      madeBy: path,
      ...(login.identityFile === undefined ? {} : { identityFile: login.identityFile }),
    },
    secrets: {
      [hostKey]: { origin: "key", type: "ssh-ed25519" },
      [`${hostKey}-public`]: { origin: "public-key", of: hostKey },
    },
  };
}

const units = { machines: "machines", cores: "cores", memory: "MiB of memory", disk: "GiB of disk" } as const;

/**
 * Refuses a deployment whose machines together are more than the policy allows.
 * @throws Failure `quota-exceeded` with what is asked and what is allowed
 */
export function refuseBeyondQuota(
  source: string,
  { quota, sizes }: OnDemandPolicy,
  machines: readonly string[],
  { domain }: Demanded,
): void {
  const total = { machines: machines.length, cores: 0, memory: 0, disk: 0 };
  for (const machine of machines) {
    const { cores, memory, disk } = forMachine(sizes, machine) as MachineSize;
    total.cores += cores;
    total.memory += memory;
    total.disk += disk;
  }
  const beyond = (["machines", "cores", "memory", "disk"] as const).flatMap((what) => {
    const allowed = quota[what];
    return allowed === undefined || total[what] <= allowed
      ? []
      : [`${String(total[what])} ${units[what]} are asked for, ${String(allowed)} are allowed`];
  });
  if (beyond.length === 0) return;
  throw new Failure({
    code: "quota-exceeded",
    attempted: "place requests on machines",
    subject: `deployment ${domain}`,
    found: `the policy "quota" of the machine source ${source} does not admit it: ${beyond.join("; ")}`,
    next: "Switch an application off, or ask the hosting provider for a larger quota or smaller machines.",
    details: machines.map((machine) => {
      const { cores, memory, disk } = forMachine(sizes, machine) as MachineSize;
      return `${machine}: ${String(cores)} cores, ${String(memory)} MiB, ${String(disk)} GiB`;
    }),
  });
}
