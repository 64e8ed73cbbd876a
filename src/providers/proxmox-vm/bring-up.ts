import { connect } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import type { ProviderContext } from "../../engine/provider.ts";
import { Failure } from "../../model/failure.ts";
import { isNotYet, readAccess, type Access, type Asked } from "./access.ts";

type Context = Pick<ProviderContext<unknown>, "progress" | "signal">;

/** Milliseconds until a started machine must answer. */
const patience = 600_000;
/** Milliseconds in which it is looked whether its SSH server answers from here. */
const reachPatience = 30_000;
/** cloud-init writes it when it has done everything of this boot: its documentation, "Exported files". */
const firstBootResult = "/run/cloud-init/result.json";

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
      if (!isNotYet(error)) throw error;
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

/** Tells whether a machine answers SSH at an address. */
export type Reach = (address: string, signal: AbortSignal) => Promise<true | undefined>;

/**
 * Waits until a started machine is through with its first boot, has an address and a host key, and answers there.
 * @throws Failure `proxmox-machine-late`
 */
export async function bringUp(asked: Asked, { progress, signal }: Context, reach: Reach = greets): Promise<Access> {
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
