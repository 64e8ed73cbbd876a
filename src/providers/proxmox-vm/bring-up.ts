import { connect } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import type { ProxmoxVmInputs } from "../../catalogue/components/proxmox-vm.ts";
import type { ProviderContext } from "../../engine/provider.ts";
import { Failure } from "../../model/failure.ts";
import type { Interface } from "./api/answers.ts";
import type { Cluster } from "./cluster.ts";
import type { FoundVm } from "./find-vm.ts";

/** How a machine is reached and known. */
export interface Access {
  readonly address: string;
  readonly hostKeys: readonly string[];
}

type Context = Pick<ProviderContext<unknown>, "progress" | "signal">;

/** Milliseconds until a started machine must answer. */
const patience = 600_000;
/** Milliseconds in which it is looked whether its SSH server answers from here. */
const reachPatience = 30_000;
/** cloud-init writes it when it has done everything of this boot: its documentation, "Exported files". */
const firstBootResult = "/run/cloud-init/result.json";
const hostKeyFile = "/etc/ssh/ssh_host_ed25519_key.pub";
const notYet = new Set(["proxmox-agent-silent", "proxmox-agent-error"]);

/** Tells whether an address leads to the machine from elsewhere: RFC 1122, RFC 3927, RFC 4291. */
function isGlobal(address: string): boolean {
  return !/^(?:127\.|169\.254\.|0\.|::1$|fe[89ab][0-9a-f]:)/i.test(address);
}

/**
 * Chooses the address of a machine: the fixed one, or what its own network interface was given, IPv4 first.
 * @param hardwareAddress of the interface that the cluster made; bridges inside the machine have others
 */
export function addressIn(
  interfaces: readonly Interface[],
  { hardwareAddress, fixed }: { readonly hardwareAddress: string; readonly fixed: string | undefined },
): string | undefined {
  const own = interfaces.filter((one) => one["hardware-address"]?.toLowerCase() === hardwareAddress.toLowerCase());
  const addresses = own.flatMap((one) => (one["ip-addresses"] ?? []).map((ip) => ip["ip-address"])).filter(isGlobal);
  if (fixed !== undefined) return addresses.includes(fixed) ? fixed : undefined;
  return addresses.find((address) => !address.includes(":")) ?? addresses[0];
}

function late(name: string, attempted: string, found: string, next: string): Failure {
  return new Failure({ code: "proxmox-machine-late", attempted, subject: name, found, next });
}

/** Asks the guest agent again and again until it has the answer. */
async function until<Result>(
  look: () => Promise<Result | undefined>,
  {
    signal,
    end,
    givenUp,
  }: { readonly signal: AbortSignal; readonly end: number; readonly givenUp: (last: string) => Failure },
): Promise<Result> {
  let last = "nothing";
  for (let wait = 200; ; wait = Math.min(wait * 1.3, 2000)) {
    try {
      const seen = await look();
      if (seen !== undefined) return seen;
    } catch (error) {
      if (!(error instanceof Failure) || !notYet.has(error.code)) throw error;
      last = error.report.found;
    }
    if (performance.now() > end) throw givenUp(last);
    await pause(wait, undefined, { signal });
  }
}

/** Tells whether an SSH server greets at an address: RFC 4253 section 4.2. */
function greets(address: string, signal: AbortSignal): Promise<true | undefined> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: address, port: 22, timeout: 3000, signal });
    const end = (result: true | undefined): void => {
      socket.destroy();
      resolve(result);
    };
    socket.once("data", (chunk) => end(chunk.toString("latin1").startsWith("SSH-") ? true : undefined));
    socket.once("timeout", () => end(undefined));
    socket.once("end", () => end(undefined));
    socket.once("error", (error) => {
      if (signal.aborted) reject(error);
      else end(undefined);
    });
  });
}

/** What the guest agent is asked with. */
interface Asked {
  readonly cluster: Cluster;
  readonly vm: FoundVm;
  readonly inputs: Pick<ProxmoxVmInputs, "name" | "network" | "adopt">;
  /** Of the machine's network interface. */
  readonly hardwareAddress: string;
}

/**
 * Asks a running machine for its address and its host key, over the cluster's API: nothing is trusted at first sight.
 * @throws Failure `proxmox-agent-silent` and others when it cannot say yet
 */
export async function readAccess(
  { cluster, vm, inputs, hardwareAddress }: Asked,
  signal: AbortSignal,
): Promise<Access | undefined> {
  const place = { node: vm.node, vmid: vm.vmid };
  const attempt = { attempted: "ask the guest agent of the machine", subject: inputs.name };
  const { result } = await cluster.call("agentInterfaces", place, attempt, signal);
  const fixed = inputs.network?.addresses[0]?.replace(/\/.*/, "");
  const address = addressIn(result, { hardwareAddress, fixed });
  if (address === undefined) return undefined;
  const { content } = await cluster.call("agentReadFile", { ...place, file: hostKeyFile }, attempt, signal);
  const key = /^ssh-ed25519 [A-Za-z0-9+/=]+/.exec(content)?.[0];
  return key === undefined ? undefined : { address, hostKeys: [key] };
}

/**
 * Waits until a started machine is through with its first boot, has an address and a host key, and answers there.
 * @throws Failure `proxmox-machine-late`
 */
export async function bringUp(
  asked: Asked,
  { progress, signal }: Context,
  reach: (address: string, signal: AbortSignal) => Promise<true | undefined> = greets,
): Promise<Access> {
  const { cluster, vm, inputs } = asked;
  const end = performance.now() + patience;
  const minutes = `${String(patience / 60_000)} minutes`;
  if (inputs.adopt === undefined) {
    progress("boot", { text: "waiting for cloud-init" });
    const attempt = { attempted: "wait until cloud-init has set the machine up", subject: inputs.name };
    await until(
      async () => {
        const file = { node: vm.node, vmid: vm.vmid, file: firstBootResult };
        return await cluster.call("agentReadFile", file, attempt, signal);
      },
      {
        signal,
        end,
        givenUp: (last) =>
          late(
            inputs.name,
            attempt.attempted,
            `cloud-init was not through after ${minutes}; last: ${last}`,
            "Look at the machine's console in Proxmox. The template needs qemu-guest-agent and cloud-init: docs/machine-sources/proxmox.md.",
          ),
      },
    );
  }
  progress("address", { text: "asking the guest agent" });
  const access = await until(() => readAccess(asked, signal), {
    signal,
    end,
    givenUp: (last) =>
      late(
        inputs.name,
        "wait until the machine has an address",
        `it had no address and host key after ${minutes}; last: ${last}`,
        "Is there DHCP on its bridge and VLAN? Otherwise give it fixed addresses in fediversity.config.ts.",
      ),
  });
  progress("reach", { text: access.address });
  // Whoever goes through another computer does not see it from here; then SSH itself says what is wrong.
  const patient = performance.now() + reachPatience;
  while ((await reach(access.address, signal)) === undefined && performance.now() < patient) {
    await pause(300, undefined, { signal });
  }
  return access;
}
