import { mkdir, readFile, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type BaseImage, ensureBaseImage, type Progress } from "./base-image.ts";
import { withFileLock } from "./file-lock.ts";
import { findMachine } from "./find-machine.ts";
import { generateSshKey } from "./host-key.ts";
import type { LocalMachine } from "./machine-record.ts";
import { isMissing } from "./missing.ts";
import type { Network } from "./network-record.ts";
import { ensureNetwork, findNetwork, removeNetwork } from "./network.ts";

/** The machines of one state folder on this computer: their key, network, image and folders. */
export interface LocalEnvironment {
  /** The private key that may log into every machine as root. */
  readonly identityFile: string;
  /** Makes the key when it is not there. @returns the public key */
  publicKey(): Promise<string>;
  network(signal?: AbortSignal): Promise<Network>;
  image(report?: (progress: Progress) => void, signal?: AbortSignal): Promise<BaseImage>;
  machineFolder(name: string): string;
  /** The machines that there are, running or not. */
  machines(): Promise<readonly LocalMachine[]>;
  /** Removes the network and the key once the last machine is gone. */
  removeWhenEmpty(): Promise<void>;
}

/**
 * Describes the local environment of a state folder; touches nothing by itself.
 * @param stateFolder where deployments keep their state
 * @param cache where base images are kept
 */
export function localEnvironment(stateFolder: string, cache: string): LocalEnvironment {
  const folder = join(stateFolder, ".local");
  const identityFile = join(folder, "key");
  const machinesFolder = join(folder, "machines");
  const locked = async <T>(work: () => Promise<T>): Promise<T> => {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return await withFileLock(join(folder, "lock"), work);
  };
  return {
    identityFile,
    publicKey: () =>
      locked(async () => {
        const publicFile = `${identityFile}.pub`;
        try {
          await stat(identityFile);
          return (await readFile(publicFile, "utf8")).trim();
        } catch (error) {
          if (!isMissing(error)) throw error;
        }
        const { privateKey, publicKey } = await generateSshKey();
        await writeFile(publicFile, `${publicKey}\n`);
        await writeFile(`${identityFile}.new`, privateKey, { mode: 0o600 });
        await rename(`${identityFile}.new`, identityFile);
        return publicKey;
      }),
    network: (signal) =>
      locked(() =>
        ensureNetwork({
          folder: join(folder, "network"),
          isolated: false,
          ...(signal === undefined ? {} : { signal }),
        }),
      ),
    image: (report, signal) =>
      ensureBaseImage({
        cache,
        ...(report === undefined ? {} : { report }),
        ...(signal === undefined ? {} : { signal }),
      }),
    machineFolder: (name) => join(machinesFolder, name),
    async machines() {
      try {
        const names = await readdir(machinesFolder);
        const found = await Promise.all(names.toSorted().map((name) => findMachine(join(machinesFolder, name))));
        return found.flatMap((entry) => (entry === undefined ? [] : [entry.machine]));
      } catch (error) {
        if (isMissing(error)) return [];
        throw error;
      }
    },
    async removeWhenEmpty() {
      if ((await this.machines()).length > 0) return;
      const network = await findNetwork(join(folder, "network"));
      if (network !== undefined) await removeNetwork(network);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
