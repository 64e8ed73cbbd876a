import { z } from "zod";
import { SecretText } from "../../model/reference.ts";

/** How big a machine is. */
export const MachineSize = z.strictObject({
  cores: z.int().min(1).max(512).describe("Processor cores"),
  memory: z.int().min(128).max(16_777_216).describe("Memory in MiB"),
  disk: z.int().min(1).max(1_048_576).describe("Size of the disk in GiB"),
});
/** See {@link MachineSize}. */
export type MachineSize = z.output<typeof MachineSize>;

const cidr = z
  .string()
  .regex(
    /^(?:[0-9]{1,3}(?:\.[0-9]{1,3}){3}\/(?:[0-9]|[12][0-9]|3[0-2])|[0-9a-fA-F:]*:[0-9a-fA-F:.]*\/(?:[0-9]{1,2}|1[01][0-9]|12[0-8]))$/,
    "expected an address with the length of its network, such as 203.0.113.7/24",
  );
const ipAddress = z.string().regex(/^[0-9a-fA-F:.]+$/, "expected an IP address");

/** Fixed addresses of a machine; without them it asks by DHCP or takes what routers announce. */
export const FixedAddresses = z.strictObject({
  addresses: z.array(cidr).min(1).describe("With the length of the network; by the first the deployer connects"),
  gateways: z.array(ipAddress).default([]).describe("Where everything else goes, one for each version of IP"),
  nameservers: z.array(ipAddress).default([]).describe("Who answers questions about names"),
});
/** See {@link FixedAddresses}. */
export type FixedAddresses = z.output<typeof FixedAddresses>;

/** A public key that may log in, as a line of authorized_keys has it: sshd(8). */
export const AuthorizedKey = z
  .string()
  .regex(
    /^(?:ssh|ecdsa|sk)-[a-z0-9@.-]+ [A-Za-z0-9+/=]+(?: [^\p{Cc}]*)?$/u,
    "expected a key such as ssh-ed25519 AAAA…",
  );

/** What a machine is told when it boots for the first time, by cloud-init. */
export const FirstBoot = z.strictObject({
  hostName: z.string().regex(/^[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/, "expected a host name"),
  /** Keys that let root in. */
  authorizedKeys: z.array(AuthorizedKey).min(1),
  /** The machine's SSH host key (ed25519, OpenSSH's format), which is therefore known before the first connection. */
  hostKey: z.strictObject({ private: SecretText, public: SecretText }),
  network: FixedAddresses.optional(),
  /** Further parts of the cloud-config, such as `ntp` or `apt`. */
  more: z.record(z.string(), z.json()).default({}),
});
/** See {@link FirstBoot}. */
export type FirstBoot = z.output<typeof FirstBoot>;

/** What every type of component for a machine on demand takes. */
export const onDemandInputs = {
  /** The name outside: unique among all deployments of the cluster. */
  name: z.string().regex(/^[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/, "expected a host name"),
  size: MachineSize,
  firstBoot: FirstBoot,
  /**
   * Machines of one group are put on different hosts as far as there are enough of them.
   */
  apart: z.string().min(1).max(64).optional(),
  /**
   * Whether its disk may hold data. Then it is never deleted or replaced: what would delete it stops it and keeps it,
   * until `purge`.
   */
  protected: z.boolean().default(true),
  /** Name of an existing machine outside that is taken over instead of making one. */
  adopt: z.string().min(1).max(64).optional(),
};

/** What every machine on demand gives. */
export const onDemandOutputs = {
  address: z.string(),
  /** Public host keys, known because the machine was made with them. */
  hostKeys: z.array(z.string()),
};

/** Who a machine on demand belongs to: how it is found again outside, whatever became of the state. */
export interface Owner {
  /** Name of the deployment. */
  readonly deployment: string;
  /** Path of the component. */
  readonly component: string;
}
