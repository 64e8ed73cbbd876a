import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { renderFailure, reportOf } from "../../src/model/failure.ts";
import { ensureBaseImage, type BaseImage } from "../../src/providers/local-machine/base-image.ts";
import { createMachine } from "../../src/providers/local-machine/create-machine.ts";
import { generateSshKey, type SshKey } from "../../src/providers/local-machine/host-key.ts";
import type { LocalMachine } from "../../src/providers/local-machine/machine-record.ts";
import { networkCommand, type Network } from "../../src/providers/local-machine/network-record.ts";
import { ensureNetwork } from "../../src/providers/local-machine/network.ts";
import { bootMachine } from "../../src/providers/local-machine/start-machine.ts";
import { hostAddress } from "../../src/providers/local-machine/subnet.ts";
import { waitUntilReachable } from "../../src/providers/local-machine/wait-until-reachable.ts";
import { waitInteractively } from "./interactive.ts";
import { keepLogs } from "./keep-logs.ts";
import { openArchive } from "./lab-archive.ts";
import { clearDeadLabs, markKept, newLabFolder, removeLabFolder } from "./lab-record.ts";
import { labSsh, writeLabSsh, type LabSsh } from "./lab-ssh.ts";
import { makeTestMachine } from "./make-test-machine.ts";
import { onSignal } from "./on-signal.ts";
import { describeDuration, stopCheck, type SubtestResult } from "./subtest.ts";
import type { TestMachine, TestMachineOptions } from "./test-machine.ts";

/** Where images and labs are kept when nobody says otherwise. */
export const defaultCache = "/var/cache/fediversity";

/** What a lab is made of. */
export interface LabOptions {
  /** Names the lab in its folders and in what it prints: lower-case letters, digits, hyphens. */
  readonly name: string;
  /** Folder for images and running labs. */
  readonly cache?: string | undefined;
  /** Folder for the logs that failures leave. */
  readonly out?: string | undefined;
  /** Whether to stop with the machines up after they have started. */
  readonly interactive?: boolean | undefined;
  /** Takes the lines that a lab prints; standard output when not given. */
  readonly print?: ((line: string) => void) | undefined;
}

/** Some real machines in a network of their own, out of reach of everything else. */
export interface Lab {
  readonly name: string;
  /** Folder with everything that belongs to the lab while it exists. */
  readonly folder: string;
  readonly network: Network;
  /** The key that root of every machine lets in. */
  readonly key: SshKey;
  readonly ssh: LabSsh;
  /** Arguments to put before a command of this computer, so that it runs in the lab's network. */
  readonly namespaceCommand: readonly string[];
  readonly machines: readonly TestMachine[];
  readonly results: readonly SubtestResult[];

  /** Declares a machine; its address is known at once, it exists after {@link start}. */
  readonly machine: (name: string, options?: TestMachineOptions) => TestMachine;
  /** Makes and boots the declared machines, all at once, and waits until they answer SSH. */
  readonly start: () => Promise<void>;
  /**
   * Does one step of a check, prints how it came out, and keeps logs when it fails.
   * @param options.stop whether the check ends when this step fails; otherwise it goes on
   * @returns whether it passed
   */
  readonly subtest: (
    name: string,
    work: () => Promise<void>,
    options?: { readonly stop?: boolean },
  ) => Promise<boolean>;
  /** Lets one machine reach the Debian archive of this computer's own apt, and nothing else. */
  readonly archive: (machine: TestMachine) => Promise<void>;
  /** Keeps the logs of all machines. @returns the folder */
  readonly keepLogs: (label: string) => Promise<string>;
  /** Stops with the machines up, for people who want to look. */
  readonly interactive: () => Promise<void>;
  /** Leaves the machines running when this program ends; the next lab of this name removes them. */
  readonly keep: () => Promise<void>;
  /** Removes the machines and the network. Does nothing the second time. */
  readonly remove: () => Promise<void>;
}

async function imagesFor(
  machines: readonly TestMachine[],
  cache: string,
  print: (line: string) => void,
): Promise<ReadonlyMap<TestMachine, BaseImage>> {
  const images = new Map<TestMachine, BaseImage>();
  // One after the other: building an image takes all of a small computer.
  for (const machine of machines) {
    let last = "";
    const image = await ensureBaseImage({
      cache,
      packages: machine.options.packages,
      report: ({ text }) => {
        if (text !== last) print(`  image for ${machine.name}: ${text}`);
        last = text;
      },
    });
    images.set(machine, image);
  }
  return images;
}

/**
 * Makes a lab: a network namespace with a bridge and a name server, and no machine yet. Labs that killed runners left
 * are cleared first. The lab is removed when this process is told to end.
 * @throws Failure as `ensureNetwork`
 */
export async function createLab(options: LabOptions): Promise<Lab> {
  const { name } = options;
  const cache = options.cache ?? defaultCache;
  const print = options.print ?? ((line: string) => process.stdout.write(`${line}\n`));
  await clearDeadLabs(cache, { name });
  const folder = await newLabFolder(cache, name);
  let removal: Promise<void> | undefined;
  const closers: (() => Promise<void>)[] = [];
  const remove = (): Promise<void> => {
    removal ??= (async () => {
      await Promise.all(closers.map((close) => close()));
      await removeLabFolder(folder);
      forget();
    })();
    return removal;
  };
  const forget = onSignal(remove);
  const [network, key] = await Promise.all([
    ensureNetwork({ folder: join(folder, "network"), isolated: true }),
    generateSshKey(),
  ]).catch(async (error: unknown) => {
    await remove();
    throw error;
  });
  const declared: TestMachine[] = [];
  const started = new Map<string, LocalMachine>();
  const results: SubtestResult[] = [];

  const lab: Lab = {
    name,
    folder,
    network,
    key,
    ssh: labSsh(folder),
    namespaceCommand: networkCommand(network),
    machines: declared,
    results,
    remove,
    machine(machineName, machineOptions = {}) {
      const machine = makeTestMachine({
        name: machineName,
        address: hostAddress(network.subnet, declared.length + 2),
        options: machineOptions,
        find: () => started.get(machineName),
      });
      declared.push(machine);
      return machine;
    },
    async start() {
      const fresh = declared.filter((machine) => !started.has(machine.name));
      const images = await imagesFor(fresh, cache, print);
      const begin = performance.now();
      await Promise.all(
        fresh.map(async (machine) => {
          const local = await createMachine({
            ...machine.options,
            name: machine.name,
            address: machine.address,
            image: images.get(machine) ?? { id: "", folder: "" },
            network,
            folder: join(folder, "machines", machine.name),
            authorizedKeys: [key.publicKey],
          });
          await bootMachine(local);
          started.set(machine.name, local);
        }),
      );
      await writeLabSsh(folder, key, [...started.values()]);
      const timeout = 60_000 + 5000 * fresh.length;
      await Promise.all([...started.values()].map((local) => waitUntilReachable(local, { timeout })));
      print(`${String(fresh.length)} machines are up (${describeDuration(performance.now() - begin)})`);
      if (options.interactive === true) await waitInteractively(lab);
    },
    async subtest(subtestName, work, { stop = false } = {}) {
      const begin = performance.now();
      try {
        await work();
        const duration = performance.now() - begin;
        results.push({ name: subtestName, duration });
        print(`✓ ${subtestName} (${describeDuration(duration)})`);
        return true;
      } catch (error) {
        const duration = performance.now() - begin;
        const failure = reportOf(error, subtestName);
        print(`✗ ${subtestName} (${describeDuration(duration)})`);
        print(renderFailure(failure).replaceAll(/^/gm, "    "));
        const logs = await lab.keepLogs(subtestName).catch((other: unknown) => {
          // The failure above matters more than what comes of describing it.
          print(renderFailure(reportOf(other, "keep the logs")).replaceAll(/^/gm, "    "));
          return undefined;
        });
        results.push({ name: subtestName, duration, failure, logs });
        if (logs !== undefined) print(`    logs: ${logs}`);
        if (stop) throw stopCheck(failure);
        return false;
      }
    },
    async archive(machine) {
      closers.push(await openArchive({ folder, network, machine, number: closers.length }));
    },
    async keepLogs(label) {
      const slug = label
        .toLowerCase()
        .replaceAll(/[^a-z0-9]+/g, "-")
        .replaceAll(/^-|-$/g, "")
        .slice(0, 60);
      const target = join(options.out ?? join(cache, "logs"), name, slug);
      await mkdir(target, { recursive: true });
      await Promise.all([...started.values()].map((local) => keepLogs(local, join(target, local.name))));
      return target;
    },
    interactive: () => waitInteractively(lab),
    async keep() {
      await markKept(folder);
      // What this program itself answers ends with it, and must not keep it from ending.
      await Promise.all(closers.splice(0).map((close) => close()));
      forget();
    },
  };
  return lab;
}
