import type { TestContext } from "node:test";
import { proxmoxVm, type ProxmoxVmInputs } from "../../../src/catalogue/components/proxmox-vm.ts";
import type { Prior, RemovalContext, ProviderContext } from "../../../src/engine/provider.ts";
import type { Json, JsonObject } from "../../../src/model/json.ts";
import { makeCertificate } from "./certificate.ts";
import { addTemplate, makeCluster, type ClusterOptions } from "./cluster.ts";
import { fullAcl } from "./full-acl.ts";
import { imaginaryGuests } from "./guests.ts";
import { serve } from "./server.ts";

const gibibyte = 1024 ** 3;
const secretValue = "5a2a1f9e-0a35-4f2c-9a42-canary000001";

let certificate: ReturnType<typeof makeCertificate> | undefined;

/** A cluster with two nodes, shared storage, a template and a token, served over HTTPS. */
export async function startDouble(context: TestContext, more: Partial<ClusterOptions> = {}) {
  const guests = imaginaryGuests();
  const cluster = makeCluster({
    nodes: { pve1: 16 * gibibyte, pve2: 32 * gibibyte },
    storages: { tank: { shared: true, total: 200 * gibibyte, used: 10 * gibibyte } },
    bridges: ["vmbr0", "vmbr1"],
    token: { id: "fediversity@pve!deployer", secret: secretValue, acl: { ...fullAcl } },
    guests,
    cloneTime: 20,
    ...more,
  });
  addTemplate(cluster, { vmid: 9000, name: "debian-13", node: "pve1", storage: "tank", gigabytes: 3 });
  certificate ??= makeCertificate();
  const { key, certificate: pem, fingerprint } = await certificate;
  const server = await serve(cluster, { key, certificate: pem, fingerprint });
  context.after(() => server.close());
  return { cluster, guests, endpoint: `https://127.0.0.1:${String(server.port)}`, fingerprint, authority: pem };
}

/** Inputs for a machine in the double. */
export function inputsFor(
  { endpoint, fingerprint }: { readonly endpoint: string; readonly fingerprint: string },
  more: object = {},
): ProxmoxVmInputs {
  return proxmoxVm.inputs.parse({
    name: "snac-example-org-5b0c1d",
    size: { cores: 2, memory: 2048, disk: 10 },
    cluster: {
      endpoints: [endpoint],
      token: { id: "fediversity@pve!deployer", secret: { $secret: "provider/proxmox" } },
      trust: { fingerprints: [fingerprint] },
    },
    template: "debian-13",
    bridge: "vmbr0",
    authorizedKeys: ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAA deployer"],
    ...more,
  });
}

/** What the engine keeps of one component, and gives a provider. */
export class Memories {
  prior: Prior | undefined;
  readonly phases: string[] = [];
}

/** The contexts of one component, whose state the calls of the provider share. */
export function contextsFor(inputs: ProxmoxVmInputs, state: Memories, signal = new AbortController().signal) {
  const common = {
    component: "proxmox-vm/snac",
    deployment: "example.org",
    secrets: { reveal: () => Promise.resolve(secretValue), revision: () => "1" },
    progress: (phase: string) => void state.phases.push(phase),
    signal,
  };
  const remember = (memory: Json): Promise<void> => {
    const {
      inputs: before = inputs as unknown as JsonObject,
      status = "creating" as const,
      ...rest
    } = state.prior ?? {};
    state.prior = { ...rest, inputs: before, status, memory };
    return Promise.resolve();
  };
  const wanted = (): ProviderContext<ProxmoxVmInputs> => ({ ...common, remember, inputs, prior: state.prior });
  const known = (): RemovalContext => {
    if (state.prior === undefined) throw new Error("there is nothing in the state");
    return { ...common, remember, prior: state.prior, rouse: () => Promise.resolve(true) };
  };
  return { wanted, known };
}
