import { Failure } from "../../model/failure.ts";
import { instancePath } from "./cluster.ts";
import { type Instance, marks } from "./instance.ts";
import type { Following } from "./operation.ts";

/** Reads what the API hands out as it is, such as a file inside an instance; undefined when it is not there. */
async function readText({ client, signal }: Following, path: string, attempted: string): Promise<string | undefined> {
  try {
    return await client.text(path, attempted, signal);
  } catch (error) {
    if (error instanceof Failure && ["incus-not-found", "incus-refused"].includes(error.code)) return undefined;
    throw error;
  }
}

/**
 * Gives the public host keys of an instance: those it was made with; of one that was taken over, the one that it has,
 * as the cluster reads it. None when neither is known: then the first contact pins it.
 */
export async function hostKeysOf(following: Following, instance: Instance): Promise<readonly string[]> {
  const made = instance.config[marks.hostKey];
  if (made !== undefined) return [made];
  const path = instancePath(instance.name, following.project, "/files", { path: "/etc/ssh/ssh_host_ed25519_key.pub" });
  const file = await readText(following, path, `read the host key of the instance ${instance.name}`);
  const key = /^ssh-ed25519 [A-Za-z0-9+/=]+/.exec(file ?? "")?.[0];
  return key === undefined ? [] : [key];
}

/** The last lines that an instance printed on its console; none where the cluster keeps none. */
export async function readConsole(following: Following, name: string): Promise<readonly string[]> {
  const path = instancePath(name, following.project, "/console");
  const log = (await readText(following, path, `read the console of the instance ${name}`)) ?? "";
  return log
    .split(/\r?\n/)
    .filter((line) => line.trim() !== "")
    .slice(-12);
}
