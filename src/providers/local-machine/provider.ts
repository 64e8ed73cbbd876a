import { stat } from "node:fs/promises";
import { join } from "node:path";
import { type LocalMachineInputs, localMachine as localMachineType } from "../../catalogue/components/local-machine.ts";
import type { JsonObject } from "../../model/json.ts";
import type { Prior, Provider } from "../../engine/provider.ts";
import { findMachine } from "./find-machine.ts";
import type { LocalEnvironment } from "./local-environment.ts";
import type { LocalMachine } from "./machine-record.ts";
import { isMissing } from "./missing.ts";
import { startMachine } from "./start-machine.ts";
import { removeMachine, stopMachine } from "./stop-machine.ts";
import { waitUntilReachable } from "./wait-until-reachable.ts";

function nameOf(prior: Prior): string {
  return (prior.inputs as unknown as LocalMachineInputs).name;
}

/** Whether data was kept on a machine when everything else was removed from it. */
async function keepsData(machine: LocalMachine): Promise<boolean> {
  try {
    return (await stat(join(machine.folder, "layer/upper/var/lib/fediversity/data"))).size > 0;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

/** Makes the provider of machines on this computer. */
export function localMachineProvider(local: LocalEnvironment): Provider<LocalMachineInputs> {
  const outputs = (machine: LocalMachine): JsonObject => ({
    address: machine.address,
    hostKeys: [machine.hostKey],
    identityFile: local.identityFile,
  });
  return {
    type: localMachineType,

    async read({ prior }) {
      const found = await findMachine(local.machineFolder(nameOf(prior)));
      if (found === undefined) return { exists: false };
      const running = found.state.kind === "running";
      return {
        exists: true,
        outputs: outputs(found.machine),
        drift: running ? [] : ["the machine is stopped"],
        health: [],
      };
    },

    async diff({ inputs }) {
      const found = await findMachine(local.machineFolder(inputs.name));
      if (found === undefined)
        return { kind: "create", changes: [{ verb: "add", what: `machine ${inputs.name}` }], drift: [] };
      if (found.state.kind === "running") return { kind: "same", outputs: outputs(found.machine) };
      return {
        kind: "update",
        changes: [{ verb: "start", what: `machine ${inputs.name}` }],
        drift: ["the machine is stopped"],
      };
    },

    async reconcile({ inputs, progress, signal }) {
      const folder = local.machineFolder(inputs.name);
      const found = await findMachine(folder);
      progress("image");
      const image = await local.image(({ done, total, text }) => {
        progress("image", { text, done, ...(total === undefined ? {} : { total }) });
      }, signal);
      const network = await local.network(signal);
      progress("boot");
      const machine = await startMachine({
        name: inputs.name,
        image,
        network,
        folder,
        authorizedKeys: [await local.publicKey()],
      });
      await waitUntilReachable(machine, { signal });
      const outcome = found === undefined ? "created" : found.state.kind === "running" ? "unchanged" : "updated";
      return { outcome, outputs: outputs(machine) };
    },

    async delete({ prior }) {
      const found = await findMachine(local.machineFolder(nameOf(prior)));
      if (found === undefined) return;
      if (found.state.kind === "running") await stopMachine(found.machine);
      if (await keepsData(found.machine)) return;
      await removeMachine(found.machine);
      await local.removeWhenEmpty();
    },

    async purge({ prior }, { dryRun }) {
      const name = nameOf(prior);
      const found = await findMachine(local.machineFolder(name));
      // What still runs is in use; its data is for the machine's own purge to decide about.
      if (found === undefined || prior.status === "present") return [];
      if (!dryRun) {
        await removeMachine(found.machine);
        await local.removeWhenEmpty();
      }
      return [`machine ${name} on this computer`];
    },

    async wake({ prior, signal }) {
      const name = nameOf(prior);
      const folder = local.machineFolder(name);
      const found = await findMachine(folder);
      if (found === undefined) return false;
      if (found.state.kind === "running") return true;
      const authorizedKeys = [await local.publicKey()];
      await startMachine({ name, image: await local.image(), network: await local.network(), folder, authorizedKeys });
      await waitUntilReachable(found.machine, { signal });
      return true;
    },
  };
}
