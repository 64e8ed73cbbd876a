import { resolve } from "node:path";
import { machineState } from "../../providers/local-machine/find-machine.ts";
import { localEnvironment } from "../../providers/local-machine/local-environment.ts";
import { stopNetwork } from "../../providers/local-machine/network.ts";
import { stopMachine } from "../../providers/local-machine/stop-machine.ts";

/** Counts the machines of a state folder that run. */
export async function countRunning(stateFolder: string, cache: string): Promise<number> {
  const machines = await localEnvironment(resolve(stateFolder), cache).machines();
  const states = await Promise.all(machines.map((machine) => machineState(machine)));
  return states.filter(({ kind }) => kind === "running").length;
}

/**
 * Stops every machine of a state folder cleanly, and their network; they are there again at the next start.
 * @returns how many ran
 * @throws Failure `machine-does-not-stop`
 */
export async function stopMachines(stateFolder: string, cache: string): Promise<number> {
  const running = await countRunning(stateFolder, cache);
  const machines = await localEnvironment(resolve(stateFolder), cache).machines();
  await Promise.all(machines.map((machine) => stopMachine(machine)));
  const network = machines[0]?.network;
  if (network !== undefined) await stopNetwork(network);
  return running;
}
