import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { createLab, type Lab } from "../checks/driver/lab.ts";
import { onSignal } from "../checks/driver/on-signal.ts";
import type { TestMachine } from "../checks/driver/test-machine.ts";
import type { Bench } from "./bench.ts";
import type { Reach } from "./network/reach.ts";
import { writeSshFiles } from "./network/reach.ts";
import { openAnsible, type Ansible } from "./peers/ansible.ts";
import { openPyinfra, type Pyinfra } from "./peers/pyinfra.ts";
import { openProduct, type Product } from "./product.ts";

/** Machines of a lab, and the tools that are measured on them. */
export interface Scene {
  readonly reaches: readonly Reach[];
  readonly product: Product;
  readonly ansible?: Ansible | undefined;
  readonly pyinfra?: Pyinfra | undefined;
  /** An ssh_config(5) that knows the machines by name. */
  readonly sshConfig: string;
}

/** The packages that a tool installs on a machine of this name. */
export function packagesOf(name: string): readonly string[] {
  return [name === "cowsay" ? "cowsay" : "hello"];
}

/** How a machine of a lab is reached, under the name that deployments have for it. */
export function reachOf(machine: TestMachine, name: string): Reach {
  return { name, address: machine.address, port: 22, hostKey: machine.hostKey() };
}

/**
 * Makes a lab with machines that every peer can work on, lets `work` use it, and removes it whatever comes.
 * Ansible needs Python on machines; the product and pyinfra do not.
 */
export async function withLab<Result>(
  bench: Bench,
  options: { readonly name: string; readonly machines: readonly string[] },
  work: (lab: Lab) => Promise<Result>,
): Promise<Result> {
  const lab = await createLab({ name: `bench-${options.name}`, cache: bench.cache, print: bench.report });
  try {
    for (const name of options.machines) lab.machine(name, { packages: ["python3", "python3-apt"] });
    bench.report(`starting ${String(options.machines.length)} machines`);
    await lab.start();
    return await work(lab);
  } finally {
    await lab.remove();
  }
}

/**
 * Sets up the tools for some machines of a lab, lets `work` use them, and ends what they keep running whatever comes.
 * @param options.name folder and domain of the deployment
 */
export async function withTools<Result>(
  bench: Bench,
  lab: Lab,
  options: { readonly name: string; readonly reaches: readonly Reach[] },
  work: (scene: Scene) => Promise<Result>,
): Promise<Result> {
  const { reaches } = options;
  const { signal, cache, command, peers } = bench;
  const folder = join(bench.folder, options.name);
  await mkdir(folder, { recursive: true });
  const { key } = lab.ssh;
  const files = await writeSshFiles(join(folder, "ssh"), reaches, key);
  const shared = { prefix: lab.namespaceCommand, reaches, key, signal, packages: packagesOf };
  const domain = `${options.name}.example.org`;
  const product = await openProduct({ ...shared, folder: join(folder, "ours"), domain, command, cache });
  const sshConfig = files.config;
  const ansible =
    "missing" in peers.ansible
      ? undefined
      : await openAnsible({ ...shared, folder: join(folder, "ansible"), sshConfig });
  const { pyinfra: found } = peers;
  const pyinfra =
    "missing" in found
      ? undefined
      : await openPyinfra({
          ...shared,
          folder: join(folder, "pyinfra"),
          command: found.command,
          knownHosts: files.knownHosts,
        });
  const end = async (): Promise<void> => {
    await Promise.all([product.masters.end(), ansible?.masters.end()]);
  };
  const forget = onSignal(end);
  try {
    return await work({ reaches, product, ansible, pyinfra, sshConfig });
  } finally {
    await end();
    forget();
  }
}
