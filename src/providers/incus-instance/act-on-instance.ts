import { Failure } from "../../model/failure.ts";
import { instancePath, readInstance } from "./cluster.ts";
import type { Instance } from "./instance.ts";
import { type Following, perform } from "./operation.ts";

/** Starts or stops an instance and waits until it is so. */
async function setState(
  following: Following,
  name: string,
  body: { action: string; force?: boolean; timeout: number },
) {
  const path = instancePath(name, following.project, "/state");
  await perform(following, { method: "PUT", path, body }, `${body.action} the instance ${name}`);
}

/** Lets an instance run. One that somebody else started in the same moment, such as its host that boots, runs too. */
export async function startInstance(following: Following, { name, status }: Instance): Promise<void> {
  try {
    await setState(following, name, { action: status === "Frozen" ? "unfreeze" : "start", timeout: 60 });
  } catch (error) {
    const found = await readInstance(following.client, { name, project: following.project }, following.signal);
    if (found?.status !== "Running") throw error;
  }
}

/** Stops an instance: in order, and by force when that is asked for or order leads nowhere. */
export async function stopInstance(following: Following, name: string, { force = false } = {}): Promise<void> {
  try {
    await setState(following, name, { action: "stop", force, timeout: 60 });
  } catch (error) {
    if (force || !(error instanceof Failure) || error.code !== "incus-operation-failed") throw error;
    await setState(following, name, { action: "stop", force: true, timeout: 30 });
  }
}

/** Deletes an instance with its disk. */
export async function deleteInstance(following: Following, name: string): Promise<void> {
  const path = instancePath(name, following.project);
  await perform(following, { method: "DELETE", path }, `delete the instance ${name}`);
}

/** Changes settings, devices and profiles of an instance. */
export async function patchInstance(following: Following, name: string, body: object): Promise<void> {
  const path = instancePath(name, following.project);
  await perform(following, { method: "PATCH", path, body }, `change the instance ${name}`);
}
