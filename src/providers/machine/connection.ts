import { rm } from "node:fs/promises";
import type { Json } from "../../model/json.ts";
import { isObject } from "../../model/json.ts";
import type { MachineInputs } from "../../catalogue/components/machine.ts";
import type { ProviderContext } from "../../engine/provider.ts";
import type { MachineProviderOptions } from "./options.ts";
import type { SshTarget } from "./ssh/arguments.ts";
import { firstContactFile, readKnownHosts, writeKnownHosts } from "./ssh/known-hosts.ts";
import { runtimeFolder } from "./ssh/runtime-folder.ts";
import { openSession, type Session } from "./ssh/session.ts";

/** What the provider keeps in the state about a machine. */
export interface MachineMemory {
  /** Pinned public host keys. */
  readonly hostKeys: readonly string[];
}

/** A machine that sessions can be opened to. */
export interface ConnectedMachine {
  /** @param fresh a connection of its own, which proves that new ones are possible */
  open(attempted: string, fresh?: boolean): Session;
  /** What to keep in the state: the pinned keys, once the first session has been answered. */
  memory(): Promise<MachineMemory>;
  /** Keeps the key of a first contact, as soon as the machine has answered and before anything is changed on it. */
  pin(): Promise<void>;
}

type Context = Pick<ProviderContext<unknown>, "component" | "deployment" | "prior" | "signal"> & {
  /** Writes down the keys of a first contact durably; not given where nothing is changed. */
  readonly pin?: ((memory: MachineMemory) => Promise<void>) | undefined;
};

function pinned(memory: Json | undefined): readonly string[] {
  const keys = isObject(memory) ? memory["hostKeys"] : undefined;
  return Array.isArray(keys) ? keys.map(String) : [];
}

/**
 * Prepares connections to a machine: its keys are those of the environment, or else those that were pinned.
 * @param connection where the machine is, with all references resolved
 */
export async function connectMachine(
  options: MachineProviderOptions,
  context: Context,
  connection: MachineInputs["connection"],
): Promise<ConnectedMachine> {
  const folder = await runtimeFolder();
  const given = connection.hostKeys as readonly string[] | undefined;
  const known = given !== undefined && given.length > 0 ? given : pinned(context.prior?.memory);
  const first = known.length === 0;
  const contact = firstContactFile(folder, { ...context, address: connection.address as string });
  // What was seen before a machine had its key pinned is not held against the one that takes its place.
  if (!first) await rm(contact, { force: true });
  const knownHostsFile = first ? contact : await writeKnownHosts(folder, context.component, known);
  const target: SshTarget = {
    alias: context.component,
    address: connection.address as string,
    port: connection.port,
    user: connection.user,
    identityFile: connection.identityFile as string | undefined,
    knownHostsFile,
    // A connection that is there already would leave the key unchecked and unwritten.
    controlFolder: first ? undefined : folder,
    acceptNew: first && options.acceptNewHostKeys,
    prefix: options.connectPrefix ?? [],
  };
  const memory = async (): Promise<MachineMemory> => ({
    hostKeys: first ? await readKnownHosts(knownHostsFile, context.component) : known,
  });
  return {
    open(attempted, fresh = false) {
      const session = openSession(fresh ? { ...target, controlFolder: undefined } : target, attempted, context.signal);
      const { close } = session;
      return {
        ...session,
        async close() {
          await close();
          options.onTraffic?.(session.traffic);
        },
      };
    },
    async pin() {
      if (first) await context.pin?.(await memory());
    },
    memory,
  };
}
