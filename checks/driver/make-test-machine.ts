import { Failure } from "../../src/model/failure.ts";
import { machineState } from "../../src/providers/local-machine/find-machine.ts";
import type { LocalMachine } from "../../src/providers/local-machine/machine-record.ts";
import { bootMachine } from "../../src/providers/local-machine/start-machine.ts";
import { killMachine, rebootMachine, stopMachine } from "../../src/providers/local-machine/stop-machine.ts";
import { until } from "../../src/providers/local-machine/until.ts";
import { waitUntilReachable } from "../../src/providers/local-machine/wait-until-reachable.ts";
import { machineCommands } from "./machine-commands.ts";
import { machineCopies } from "./machine-copies.ts";
import { machineNetwork } from "./machine-network.ts";
import type { TestMachine, TestMachineOptions } from "./test-machine.ts";

const ballast = "/ballast";
// Large writes are refused while small ones still find room, and some of what was refused is given back later.
const fill = `set -eu
mkdir -p ${ballast}
cat /dev/zero >"${ballast}/0" 2>/dev/null || sync -f "${ballast}"
count=0
while :; do
  count=$((count + 1))
  dd if=/dev/zero of="${ballast}/$count" bs=1k status=none 2>/dev/null || sync -f "${ballast}"
  [ -s "${ballast}/$count" ] || break
done`;

/**
 * Gives the vocabulary for one machine of a lab.
 * @param find gives the machine below, or undefined while the lab was not started
 */
export function makeTestMachine(options: {
  readonly name: string;
  readonly address: string;
  readonly options: TestMachineOptions;
  readonly find: () => LocalMachine | undefined;
}): TestMachine {
  const { name, address } = options;
  const local = (): LocalMachine => {
    const machine = options.find();
    if (machine !== undefined) return machine;
    throw new Failure({
      code: "check-not-started",
      attempted: `use machine ${name}`,
      subject: name,
      found: "its lab was not started",
      next: "Call `await lab.start()` first.",
    });
  };
  const commands = machineCommands(name, local);
  const network = machineNetwork(local);

  /** Waits until the machine is up, over the network when it has one, else by its service manager. */
  const waitUntilUp = async (): Promise<void> => {
    // The link to the computer is there as soon as PID 1 is.
    const leader = async (): Promise<true | undefined> => {
      const state = await machineState(local());
      return state.kind === "stopped" || state.leader !== undefined ? true : undefined;
    };
    await until(leader, { timeout: 10_000, interval: 5 });
    await network.renew();
    if (!network.isBlocked()) await waitUntilReachable(local());
    else await commands.waitUntilSucceeds(["systemctl", "is-active", "--quiet", "multi-user.target"]);
  };

  return {
    name,
    address,
    options: options.options,
    local,
    hostKey: () => local().hostKey,
    ...commands,
    ...machineCopies(local, commands.succeed),
    block: network.block,
    unblock: network.unblock,
    delay: network.delay,
    waitUntilReachable: (wait = {}) => waitUntilReachable(local(), wait),
    async start() {
      await bootMachine(local());
      await waitUntilUp();
    },
    crash: () => killMachine(local()),
    shutdown: () => stopMachine(local()),
    async reboot() {
      await rebootMachine(local());
      await waitUntilUp();
    },
    isRunning: async () => (await machineState(local())).kind === "running",
    bootId: async () => (await commands.succeed(["cat", "/proc/sys/kernel/random/boot_id"])).trim(),
    async fillDisk() {
      if (options.options.disk === undefined) {
        throw new Failure({
          code: "check-no-disk",
          attempted: `fill the disk of machine ${name}`,
          subject: name,
          found: "it has no disk of its own, and this computer's disk shall stay free",
          next: "Give the machine the option `disk`.",
        });
      }
      await commands.succeed(fill);
    },
    async freeDisk() {
      await commands.succeed(["rm", "-rf", ballast]);
    },
  };
}
