import { readdir } from "node:fs/promises";
import { openDeployment } from "../open-deployment.ts";
import type { SharedOptions } from "../shared-options.ts";
import type { FindMachine } from "./front-door.ts";
import { runningMachines } from "./overview-lines.ts";

/** Finds machines on this computer by the names that they serve, whichever deployment they belong to. */
export function findMachineIn(options: Pick<SharedOptions, "state" | "cache" | "images">): FindMachine {
  return async (name) => {
    const { signal } = new AbortController();
    const entries = await readdir(options.state, { withFileTypes: true });
    for (const entry of entries.filter((one) => one.isDirectory() && !one.name.startsWith("."))) {
      const engine = openDeployment(options as SharedOptions, { name: entry.name, sink: () => undefined, signal });
      const machine = runningMachines(await engine.state(), []).find(({ hosts }) => hosts.includes(name));
      if (machine !== undefined) return machine.address;
    }
    return undefined;
  };
}
