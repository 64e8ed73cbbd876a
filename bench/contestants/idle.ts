import type { Bench } from "../bench.ts";
import type { Masters } from "../network/masters.ts";
import type { Playbook } from "../peers/ansible.ts";
import { plainSsh } from "../peers/plain-ssh.ts";
import type { Contestant } from "../rounds.ts";
import type { Scene } from "../scene.ts";
import { environmentWith, timed } from "../timed-command.ts";

/** What the peers are called in reports. */
export const oneTask = "Ansible with one task";
export const leanTask = "Ansible with one task, without facts";

/** Whether every turn opens new connections, or finds those that the turn before left open. */
export type Connections = "new" | "persisted";

/** Sees to it that a turn finds the connections that it is measured with. */
async function prepare(
  connections: Connections,
  masters: Masters,
  machines: number,
  open: () => Promise<unknown>,
): Promise<void> {
  if (connections === "new") await masters.end();
  else if ((await masters.count()) < machines) await open();
}

/** The start of the product's process, and nothing else. */
export function starting(bench: Bench): Contestant {
  return {
    name: "start",
    work: async () =>
      (await timed([bench.command, "--version"], { env: environmentWith({}), signal: bench.signal })).duration,
  };
}

/** The product with nothing to do. */
export function oursIdle({ product, reaches }: Scene, connections: Connections): Contestant {
  const apply = () => product.apply({ unchanged: reaches.length });
  return {
    name: "ours",
    prepare: () => prepare(connections, product.masters, reaches.length, apply),
    work: async () => (await apply()).duration,
  };
}

/** Ansible with nothing to do, in playbooks of one task; none when there is no Ansible. */
export function ansibleIdle({ ansible, reaches }: Scene, connections: Connections): readonly Contestant[] {
  if (ansible === undefined) return [];
  const contestant = (name: string, playbook: Playbook): Contestant => ({
    name,
    prepare: () => prepare(connections, ansible.masters, reaches.length, () => ansible.play(playbook, 0)),
    work: async () => (await ansible.play(playbook, 0)).duration,
  });
  return [contestant("ansible", "packages"), contestant("lean ansible", "packages-lean")];
}

/** pyinfra with nothing to do, in a deploy of one operation; none when there is no pyinfra. */
export function pyinfraIdle({ pyinfra }: Scene): readonly Contestant[] {
  return pyinfra === undefined ? [] : [{ name: "pyinfra", work: async () => (await pyinfra.deploy()).duration }];
}

/** `ssh machine true` on all machines at once. */
export function sshTrue(bench: Bench, prefix: readonly string[], { reaches, sshConfig }: Scene): Contestant {
  return { name: "ssh", work: () => plainSsh({ prefix, reaches, sshConfig, signal: bench.signal }) };
}
