import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Lab } from "../../checks/driver/lab.ts";
import { Failure } from "../../src/model/failure.ts";
import type { Reach } from "./reach.ts";

/** Machines that are further away than they were. */
export interface Distance {
  readonly reaches: readonly Reach[];
  /** What makes them further away, for reports. */
  readonly how: string;
  readonly end: () => Promise<void>;
}

const program = fileURLToPath(new URL("./relay.ts", import.meta.url));
const firstPort = 22_001;

async function byRelay(lab: Lab, reaches: readonly Reach[], roundTrip: number): Promise<Distance> {
  const { address } = lab.network;
  const moved = reaches.map((reach, index) => ({ ...reach, address, port: firstPort + index }));
  const ways = reaches.flatMap((reach, index) => [String(firstPort + index), reach.address, String(reach.port)]);
  const vector = [...lab.namespaceCommand, process.execPath, program, String(roundTrip), address, ...ways];
  const [command = "", ...args] = vector;
  const child = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
  const ended = once(child, "exit");
  const begun = await Promise.race([once(child.stdout, "data").then(() => true), ended.then(() => false)]);
  if (!begun) {
    throw new Failure({
      code: "bench-relay",
      attempted: "put a relay between this computer and machines",
      subject: address,
      found: "it ended at once",
      next: "Read what it printed above.",
    });
  }
  return {
    reaches: moved,
    how: "a relay that passes on every piece 15 ms later in each direction, for the kernel has no netem",
    async end() {
      child.stdin.end();
      await ended;
    },
  };
}

/**
 * Adds to the round-trip time between this computer and the machines of a lab: by the kernel where it can (tc-netem(8)),
 * else by a relay of our own.
 * @param roundTrip milliseconds
 */
export async function moveAway(lab: Lab, reaches: readonly Reach[], roundTrip: number): Promise<Distance> {
  const machines = lab.machines.filter(({ address }) => reaches.some((reach) => reach.address === address));
  const delayAll = async (milliseconds: number): Promise<void> => {
    for (const machine of machines) await machine.delay(milliseconds);
  };
  try {
    await delayAll(roundTrip);
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== "no-netem") throw error;
    return byRelay(lab, reaches, roundTrip);
  }
  return { reaches, how: "the kernel's netem", end: () => delayAll(0) };
}
