import { z } from "zod";
import { defineComponentType } from "../../model/component.ts";
import { SecretText } from "../../model/reference.ts";
import { onDemandInputs, onDemandOutputs } from "./machine-on-demand.ts";

/** An Incus server or cluster, and how the deployer is known there. */
export const IncusServer = z
  .strictObject({
    addresses: z
      .array(z.url({ protocol: /^https$/ }).regex(/^https:\/\/[^/]+\/?$/, "expected https://HOST:PORT"))
      .min(1)
      .describe("Where its API answers, such as https://10.0.0.1:8443; further members in case one is down"),
    fingerprint: z
      .string()
      .regex(/^[0-9a-f]{64}$/, "expected 64 hexadecimal digits, as `incus info` shows them")
      .optional()
      .describe("SHA-256 of the certificate that the server or cluster shows"),
    ca: z
      .string()
      .regex(/^-----BEGIN CERTIFICATE-----/, "expected a certificate in PEM")
      .optional()
      .describe("The authority that vouches for the server's certificate, in PEM"),
    certificate: SecretText.describe("The certificate that the server trusts, in PEM: text, or providerSecret(…)"),
    key: SecretText.describe("Its key, in PEM: providerSecret(…)"),
  })
  .refine(({ fingerprint, ca }) => (fingerprint === undefined) !== (ca === undefined), "expected fingerprint or ca");
/** See {@link IncusServer}. */
export type IncusServer = z.output<typeof IncusServer>;

/** How an instance meets the network. */
const IncusNic = z
  .union([
    z.strictObject({ network: z.string().min(1).describe("A network that Incus manages") }),
    z.strictObject({
      parent: z.string().min(1).describe("A bridge of the hosts"),
      vlan: z.int().min(1).max(4094).optional().describe("VLAN of the bridge"),
    }),
  ])
  .describe("The network of the instance's interface eth0");

/** Members of the cluster that instances may be put on: one, or those of a group. */
const Target = z.union([z.strictObject({ member: z.string().min(1) }), z.strictObject({ group: z.string().min(1) })]);

/** What an Incus instance is made of; the same words stand in the policy of the machine source. */
export const incusMembers = {
  server: IncusServer,
  project: z.string().min(1).default("default").describe("The project that holds the instances"),
  kind: z.enum(["container", "virtual-machine"]).default("container").describe("What instances are"),
  image: z
    .union([z.strictObject({ alias: z.string().min(1) }), z.strictObject({ fingerprint: z.string().min(12) })])
    .describe("A Debian 13 image with cloud-init and an SSH server"),
  pool: z.string().min(1).describe("The storage pool of the disk"),
  nic: IncusNic,
  target: Target.optional().describe("Where instances may be put; the cluster decides without it"),
  profiles: z.array(z.string()).default([]).describe("Profiles that instances have besides"),
  config: z.record(z.string(), z.string()).default({}).describe("Further settings of instances"),
};

/** An instance of an Incus server or cluster: a container or a virtual machine. */
export const incusInstance = defineComponentType({
  name: "incus-instance",
  description: "An instance on an Incus server or cluster, made on demand",
  inputs: z.strictObject({ ...onDemandInputs, ...incusMembers }),
  outputs: z.strictObject({
    ...onDemandOutputs,
    /** The member of the cluster that it is on; `none` on a server that is no cluster. */
    member: z.string(),
  }),
});
/** Inputs of {@link incusInstance} with every reference to an output resolved. */
export type IncusInstanceInputs = z.output<typeof incusInstance.inputs>;
