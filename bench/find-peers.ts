import type { Peers } from "./bench.ts";
import { ansibleVersion } from "./peers/ansible.ts";
import { installPyinfra } from "./peers/pyinfra.ts";

/** Looks which peers this computer has, and installs pyinfra where it can. */
export async function findPeers(cache: string, signal: AbortSignal): Promise<Peers> {
  const version = await ansibleVersion();
  return {
    ansible: version === undefined ? { missing: "there is no Ansible here: apt-get install ansible" } : { version },
    pyinfra: await installPyinfra(cache, signal),
  };
}
