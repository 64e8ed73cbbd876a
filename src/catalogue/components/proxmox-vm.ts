import { z } from "zod";
import { defineComponentType } from "../../model/component.ts";
import { SecretText } from "../../model/reference.ts";
import { AuthorizedKey, FixedAddresses, onDemandInputs, onDemandOutputs } from "./machine-on-demand.ts";

const word = (pattern: RegExp, expected: string): z.ZodString => z.string().regex(pattern, `expected ${expected}`);

/** Where a Proxmox VE cluster is, and how the deployer proves itself. */
const ProxmoxCluster = z.strictObject({
  endpoints: z
    .array(word(/^https:\/\/[A-Za-z0-9.:[\]-]+\/?$/, "an address such as https://pve1.example.org:8006"))
    .min(1)
    .describe("Nodes of the cluster: the first that answers is asked"),
  token: z
    .strictObject({
      id: word(/^[^\s:/@!=]+@[A-Za-z][A-Za-z0-9._-]+![A-Za-z][A-Za-z0-9._-]+$/, "user@realm!name"),
      secret: SecretText.describe("What Proxmox showed when the token was made: providerSecret(…)"),
    })
    .describe("The API token"),
  trust: z
    .union([
      z.strictObject({
        fingerprints: z
          .array(word(/^(?:[0-9A-Fa-f]{2}:){31}[0-9A-Fa-f]{2}$/, "a SHA-256 fingerprint, 32 bytes joined by colons"))
          .min(1)
          .describe("Of the nodes' certificates"),
      }),
      z.strictObject({
        authority: z.string().startsWith("-----BEGIN CERTIFICATE-----").describe("Certificate of the authority, PEM"),
      }),
    ])
    .optional()
    .describe("Whose certificates are believed; those that this computer believes when not given"),
});

const storageId = word(/^[a-zA-Z][a-zA-Z0-9\-_.]*[a-zA-Z0-9]$/, "the name of a storage");
const nodeName = word(/^[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?$/, "the name of a node");

/** What says how virtual machines are made; the hosting provider's policy has the same words. */
export const proxmoxVmPolicy = {
  cluster: ProxmoxCluster,
  template: z
    .union([word(/^[A-Za-z0-9][A-Za-z0-9.-]*$/, "the name of a template"), z.int().min(100).max(999_999_999)])
    .describe("Name or number of the template; several nodes may have one of the same name each"),
  clone: z
    .enum(["full", "linked"])
    .default("full")
    .describe("`full` copies the template's disk; `linked` builds on it, and the template must stay"),
  storage: storageId.optional().describe("Where full copies lie; where the template lies when not given"),
  pool: word(/^[A-Za-z0-9._-]+(?:\/[A-Za-z0-9._-]+){0,2}$/, "the name of a pool")
    .optional()
    .describe("The pool that new machines are in"),
  nodes: z
    .array(nodeName)
    .min(1)
    .optional()
    .describe(
      "Nodes that machines may be made on, of which the one with the most free memory is taken; all when not given",
    ),
  bridge: word(/^[-_.\w]+$/, "the name of a bridge")
    .optional()
    .describe("The bridge or virtual network of new machines; the template's when not given"),
  vlan: z.int().min(1).max(4094).optional().describe("Its VLAN tag"),
  firewall: z.boolean().optional().describe("Whether Proxmox's firewall filters the machine's network"),
};

const { firstBoot: _firstBoot, ...common } = onDemandInputs;

/** A virtual machine on a Proxmox VE cluster, copied from a template with cloud-init and the QEMU guest agent. */
export const proxmoxVm = defineComponentType({
  name: "proxmox-vm",
  description: "A virtual machine on a Proxmox VE cluster, made from a cloud-init template",
  inputs: z.strictObject({
    ...common,
    ...proxmoxVmPolicy,
    /** Keys that let root in. */
    authorizedKeys: z.array(AuthorizedKey).min(1),
    network: FixedAddresses.optional(),
  }),
  outputs: z.strictObject({
    ...onDemandOutputs,
    /** The node that it was on when it was last looked at. */
    node: z.string(),
    vmid: z.int(),
  }),
});
/** Inputs of {@link proxmoxVm} with every reference to an output resolved. */
export type ProxmoxVmInputs = z.output<typeof proxmoxVm.inputs>;
