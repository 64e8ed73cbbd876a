import { Failure } from "../../src/model/failure.ts";
import { hostLink, type LocalMachine } from "../../src/providers/local-machine/machine-record.ts";
import { ip, networkCommand } from "../../src/providers/local-machine/network-record.ts";
import { run } from "../../src/providers/process/run.ts";
import type { TestMachine } from "./test-machine.ts";

/** The part of a test machine's vocabulary that changes its network, and what the other parts need of it. */
export interface MachineNetwork extends Pick<TestMachine, "block" | "unblock" | "delay"> {
  /** Does again what the link, which is new after every boot, has forgotten. */
  readonly renew: () => Promise<void>;
  readonly isBlocked: () => boolean;
}

/** See {@link MachineNetwork}. */
export function machineNetwork(local: () => LocalMachine): MachineNetwork {
  let blocked = false;
  let delayed = 0;
  const detach = async (): Promise<void> => {
    await ip(local().network, ["link", "set", "dev", hostLink(local()), "nomaster"]);
  };
  const setDelay = async (milliseconds: number): Promise<void> => {
    const link = hostLink(local());
    // Queueing on one end of the pair delays one direction, and so the round trip by as much (tc-netem(8)).
    const [command = "tc", ...args] = [
      ...networkCommand(local().network),
      "tc",
      "qdisc",
      "replace",
      "dev",
      link,
      "root",
      ...(milliseconds === 0 ? ["pfifo"] : ["netem", "delay", `${String(milliseconds)}ms`]),
    ];
    const { code, stderr } = await run(command, args);
    if (code === 0) return;
    throw new Failure({
      code: "no-netem",
      attempted: `add ${String(milliseconds)} ms to the round-trip time of machine ${local().name}`,
      subject: local().name,
      found: stderr.trim(),
      next: "The kernel needs its network emulator (CONFIG_NET_SCH_NETEM, module sch_netem).",
    });
  };
  return {
    isBlocked: () => blocked,
    async block() {
      await detach();
      blocked = true;
    },
    async unblock() {
      await ip(local().network, ["link", "set", "dev", hostLink(local()), "master", local().network.name]);
      blocked = false;
    },
    async delay(milliseconds) {
      await setDelay(milliseconds);
      delayed = milliseconds;
    },
    async renew() {
      if (blocked) await detach();
      if (delayed !== 0) await setDelay(delayed);
    },
  };
}
