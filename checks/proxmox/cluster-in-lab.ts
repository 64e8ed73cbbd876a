import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { Failure } from "../../src/model/failure.ts";
import { makeCertificate } from "../doubles/proxmox/certificate.ts";
import { addTemplate, makeCluster, type Cluster } from "../doubles/proxmox/cluster.ts";
import { serve } from "../doubles/proxmox/server.ts";
import { fullAcl } from "../doubles/proxmox/full-acl.ts";
import type { Lab } from "../driver/lab.ts";
import type { TestMachine } from "../driver/test-machine.ts";
import { labGuests, type LabGuests } from "./lab-guests.ts";

const relay = join(import.meta.dirname, "../driver/archive-relay.ts");
const port = 8006;
const gibibyte = 1024 ** 3;

/** The double in a lab's network, and the machines that it boots there. */
export interface ClusterInLab {
  readonly cluster: Cluster;
  readonly guests: LabGuests;
  readonly endpoint: string;
  readonly fingerprint: string;
  readonly close: () => Promise<void>;
}

/** Sets up a cluster of three nodes with one template, which one machine of the lab reaches. */
export async function setUpCluster(
  lab: Lab,
  client: TestMachine,
  token: { readonly id: string; readonly secret: string },
): Promise<ClusterInLab> {
  const guests = labGuests(lab);
  const cluster = makeCluster({
    nodes: { pve1: 16 * gibibyte, pve2: 24 * gibibyte, pve3: 20 * gibibyte },
    storages: { tank: { shared: true, total: 500 * gibibyte, used: 20 * gibibyte } },
    bridges: ["vmbr0"],
    pools: ["fediversity"],
    token: { ...token, acl: { ...fullAcl } },
    guests,
    cloneTime: 1500,
    statisticsInterval: 1000,
  });
  addTemplate(cluster, { vmid: 9000, name: "debian-13", node: "pve1", storage: "tank", gigabytes: 3 });
  const certificate = await makeCertificate();
  const socket = join(lab.folder, "proxmox.sock");
  const server = await serve(cluster, certificate, { socket });
  const { address } = lab.network;
  const [command, ...args] = [
    ...lab.namespaceCommand,
    process.execPath,
    relay,
    address,
    String(port),
    client.address,
    socket,
  ];
  const child = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
  const outcome = await Promise.race([once(child.stdout, "data").then(() => "listens"), once(child, "exit")]);
  if (outcome !== "listens") {
    throw new Failure({
      code: "check-relay",
      attempted: "let the double be reached in the lab's network",
      subject: address,
      found: "the relay ended at once",
      next: "Read what it printed above.",
    });
  }
  return {
    cluster,
    guests,
    endpoint: `https://${address}:${String(port)}`,
    fingerprint: certificate.fingerprint,
    async close() {
      child.stdin.end();
      if (child.exitCode === null) await once(child, "exit");
      await server.close();
    },
  };
}
