import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Failure } from "../../src/model/failure.ts";
import type { Json } from "../../src/model/json.ts";
import { run } from "../../src/providers/process/run.ts";
import { mastersIn, type Masters } from "../network/masters.ts";
import type { Reach } from "../network/reach.ts";
import { environmentWith, timed, type Timed } from "../timed-command.ts";

/** What Ansible is measured with. */
export interface AnsibleOptions {
  readonly prefix: readonly string[];
  readonly folder: string;
  readonly reaches: readonly Reach[];
  /** An ssh_config(5) that knows the machines by name. */
  readonly sshConfig: string;
  /** Debian packages of each machine. */
  readonly packages: (name: string) => readonly string[];
  readonly signal: AbortSignal;
}

/** Names of the playbooks beside this file. */
export type Playbook = "packages" | "packages-lean" | "basic";

/** Ansible on some machines, set up as its documentation says for speed. */
export interface Ansible {
  readonly masters: Masters;
  readonly vector: (playbook: Playbook) => readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Writes the inventory. @param texts what the notices of machines say; no notice where there is none */
  readonly configure: (texts?: Readonly<Record<string, string>>) => Promise<void>;
  /** Runs a playbook and makes sure that it changed so many machines' tasks, and failed on none. */
  readonly play: (playbook: Playbook, changed: number | "anything") => Promise<Timed>;
}

/** Gives an ansible.cfg: pipelining, connections that persist for a minute, as many forks as machines. Pure. */
export function renderAnsibleConfiguration(options: {
  readonly folder: string;
  readonly forks: number;
  readonly sshConfig: string;
}): string {
  return `[defaults]
inventory = ${options.folder}/inventory.json
forks = ${String(options.forks)}
home = ${options.folder}/home
nocows = true
retry_files_enabled = false
[ssh_connection]
pipelining = true
ssh_args = -F ${options.sshConfig} -C -o ControlMaster=auto -o ControlPersist=60s
control_path_dir = ${options.folder}/cp
`;
}

/** Adds up a column of the recap that a playbook ends with. Pure. */
export function recapOf(stdout: string, column: "ok" | "changed" | "unreachable" | "failed"): number {
  const recap = stdout.slice(stdout.lastIndexOf("PLAY RECAP"));
  return [...recap.matchAll(new RegExp(`\\b${column}=(\\d+)`, "g"))].reduce((sum, [, count]) => sum + Number(count), 0);
}

/** The version of Ansible on this computer; undefined when there is none. */
export async function ansibleVersion(): Promise<string | undefined> {
  const found = await run("ansible-playbook", ["--version"]).catch(() => undefined);
  return found?.code === 0 ? /core ([0-9.]+)/.exec(found.stdout)?.[1] : undefined;
}

/** Prepares Ansible: writes its files and runs nothing. */
export async function openAnsible(options: AnsibleOptions): Promise<Ansible> {
  const { prefix, folder, reaches, sshConfig, packages, signal } = options;
  await mkdir(folder, { recursive: true });
  const configuration = join(folder, "ansible.cfg");
  await writeFile(configuration, renderAnsibleConfiguration({ folder, forks: reaches.length, sshConfig }));
  const env = environmentWith({ ANSIBLE_CONFIG: configuration });
  const vector = (playbook: Playbook): readonly string[] => {
    const file = fileURLToPath(new URL(`./playbooks/${playbook}.yml`, import.meta.url));
    return [...prefix, "ansible-playbook", file];
  };
  return {
    masters: mastersIn(join(folder, "cp")),
    vector,
    env,
    async configure(texts = {}) {
      const hosts = reaches.map(({ name }): [string, Json] => {
        const text = texts[name];
        return [name, { packages: packages(name), ...(text === undefined ? {} : { text }) }];
      });
      const inventory = { all: { hosts: Object.fromEntries(hosts) } };
      await writeFile(join(folder, "inventory.json"), JSON.stringify(inventory));
    },
    async play(playbook, changed) {
      const result = await timed(vector(playbook), { env, cwd: folder, signal });
      const found = recapOf(result.stdout, "changed");
      const bad = recapOf(result.stdout, "failed") + recapOf(result.stdout, "unreachable");
      const all = recapOf(result.stdout, "ok") >= reaches.length;
      if (all && bad === 0 && (changed === "anything" || found === changed)) return result;
      throw new Failure({
        code: "bench-work",
        attempted: `play ${playbook}.yml`,
        subject: "ansible-playbook",
        found: `it changed ${String(found)} tasks, not ${String(changed)}, or not all machines were well`,
        next: "A measurement counts only when the work was done: read the recap.",
        details: result.stdout.trim().split("\n").slice(-30),
      });
    },
  };
}
