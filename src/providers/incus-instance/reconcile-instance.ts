import type { IncusInstanceInputs } from "../../catalogue/components/incus-instance.ts";
import type { Owner } from "../../catalogue/components/machine-on-demand.ts";
import type { ProviderContext, Reconciled } from "../../engine/provider.ts";
import { Failure } from "../../model/failure.ts";
import { isObject, type JsonObject } from "../../model/json.ts";
import { isReference } from "../../model/reference.ts";
import { until } from "../local-machine/until.ts";
import type { awaitSsh } from "../on-demand/await-ssh.ts";
import { deleteInstance, patchInstance, startInstance, stopInstance } from "./act-on-instance.ts";
import { chooseApart, placedTarget, readMembers } from "./choose-target.ts";
import { type Clusters, readInstance } from "./cluster.ts";
import { compareInstance, type Comparison, refuseForeign } from "./compare-instance.ts";
import { addressOf, creation, findInstance, type Instance, marks } from "./instance.ts";
import { type Following, followOperation, perform, runningOperations } from "./operation.ts";
import { hostKeysOf, readConsole } from "./read-inside.ts";

type Context = ProviderContext<IncusInstanceInputs>;

/** What the provider keeps in the state about an instance. */
interface Memory {
  readonly instance?: string;
  /** The operation that makes it, while it goes on. */
  readonly operation?: string;
}

/** Seconds that an instance may take to get an address, and again to answer SSH. */
const bootSeconds = 180;

/** Members that were chosen in this run for machines that are to be apart, by their group. */
export type Promised = Map<string, string[]>;

function memoryOf({ prior }: Context): Memory {
  return isObject(prior?.memory) ? prior.memory : {};
}

async function reveal({ secrets }: Context, value: unknown): Promise<string> {
  return isReference(value) && "$secret" in value ? await secrets.reveal(value.$secret) : String(value);
}

/** What a run does with one instance. */
interface Work {
  readonly context: Context;
  readonly owner: Owner;
  readonly following: Following;
  readonly clusters: Clusters;
  readonly promised: Promised;
  /** Waits until a new instance can be reached over SSH. */
  readonly reach: typeof awaitSsh;
}

async function targetOf({ context, clusters, following, promised }: Work): Promise<string | undefined> {
  const { inputs, signal } = context;
  if (inputs.apart === undefined) return placedTarget(inputs);
  const members = await readMembers(following.client, signal);
  if (members.length === 0) return undefined;
  const instances = await clusters.instances(inputs, context);
  const group = promised.get(inputs.apart) ?? [];
  promised.set(inputs.apart, group);
  const chosen = chooseApart(members, instances, inputs, group);
  if (chosen !== undefined) group.push(chosen);
  return chosen ?? placedTarget(inputs);
}

async function create(work: Work): Promise<void> {
  const { context, owner, following } = work;
  const { inputs, progress } = context;
  const { hostKey } = inputs.firstBoot;
  const [target, privateKey, publicKey] = await Promise.all([
    targetOf(work),
    reveal(context, hostKey.private),
    reveal(context, hostKey.public),
  ]);
  const query = new URLSearchParams({ project: inputs.project, ...(target === undefined ? {} : { target }) });
  const body = creation(owner, inputs, { private: privateKey, public: publicKey });
  progress("create", { text: `instance ${inputs.name}` });
  await perform(
    following,
    { method: "POST", path: `/1.0/instances?${query.toString()}`, body },
    `make the instance ${inputs.name}`,
    (operation) => context.remember({ instance: inputs.name, operation }),
  );
  await context.remember({ instance: inputs.name });
}

async function change({ context, following }: Work, instance: Instance, comparison: Comparison): Promise<void> {
  const { patch, profiles, restart, start } = comparison;
  const { name } = instance;
  const body = {
    ...(Object.keys(patch.config).length === 0 ? {} : { config: patch.config }),
    ...(Object.keys(patch.devices).length === 0 ? {} : { devices: patch.devices }),
    ...(profiles ? { profiles: context.inputs.profiles } : {}),
  };
  if (restart) {
    context.progress("stop", { text: `instance ${name}` });
    await stopInstance(following, name);
  }
  if (Object.keys(body).length > 0) {
    context.progress("change", { text: `instance ${name}` });
    await patchInstance(following, name, body);
  }
  if (!start && !restart) return;
  context.progress("start", { text: `instance ${name}` });
  await startInstance(following, instance);
}

async function awaitAddress({ context, following }: Work, name: string): Promise<Instance> {
  const { inputs, progress, signal } = context;
  progress("address");
  let last: Instance | undefined;
  const look = async (): Promise<Instance | undefined> => {
    last = await readInstance(following.client, { name, project: inputs.project }, signal);
    return last !== undefined && addressOf(last, inputs) !== undefined ? last : undefined;
  };
  const found = await until(look, { timeout: bootSeconds * 1000, interval: 200, signal });
  if (found !== undefined) return found;
  throw new Failure({
    code: "address-missing",
    attempted: `learn the address of the instance ${name}`,
    subject: name,
    found: `it is ${last?.status.toLowerCase() ?? "gone"} and got no address within ${String(bootSeconds)} s`,
    next: "Look whether its network has a DHCP server; or give it addresses in the environment. A virtual machine needs Incus's agent.",
    details: await readConsole(following, name),
  });
}

/** Gives what others can refer to of an instance that is up; undefined while it has no address. */
export function outputsOf(
  instance: Instance,
  inputs: IncusInstanceInputs,
  hostKeys: readonly string[],
): JsonObject | undefined {
  const address = addressOf(instance, inputs);
  return address === undefined ? undefined : { address, hostKeys: [...hostKeys], member: instance.location };
}

/** Finishes what a run that died left going on, so that nothing is made twice. */
async function finishOthers({ context, following }: Work, name: string): Promise<void> {
  const { prior } = context;
  if (prior === undefined || prior.status === "present") return;
  const { operation } = memoryOf(context);
  const running = await runningOperations(following, name);
  for (const id of new Set([...(operation === undefined ? [] : [operation]), ...running])) {
    context.progress("follow", { text: "what an earlier run began" });
    try {
      await followOperation(following, id, `finish what an earlier run began with the instance ${name}`);
    } catch (error) {
      // What an earlier run began may fail: what there is now shows what is left to do.
      if (!(error instanceof Failure) || error.code !== "incus-operation-failed") throw error;
    }
  }
}

/** Makes an instance as it is wanted: new, changed, half-made, kept and taken over alike. */
export async function reconcileInstance(work: Work): Promise<Reconciled> {
  const { context, owner, following, clusters } = work;
  const { inputs, prior, signal, progress } = context;
  const listed = findInstance(await clusters.instances(inputs, context), owner, inputs);
  if (listed !== undefined) refuseForeign(listed, owner, inputs);
  const name = listed?.name ?? inputs.adopt ?? inputs.name;
  await finishOthers(work, name);
  let outcome: Reconciled["outcome"] = "unchanged";
  let instance = await readInstance(following.client, { name, project: inputs.project }, signal);
  if (instance === undefined) {
    await create(work);
    outcome = "created";
    instance = await readInstance(following.client, { name: inputs.name, project: inputs.project }, signal);
  }
  const applied = prior?.inputs as unknown as IncusInstanceInputs | undefined;
  const compare = (one: Instance): Comparison => {
    refuseForeign(one, owner, inputs);
    return compareInstance(one, owner, inputs, applied);
  };
  let comparison = instance === undefined ? undefined : compare(instance);
  if (instance !== undefined && comparison?.replace === true) {
    progress("delete", { text: `instance ${name}` });
    if (instance.status === "Running") await stopInstance(following, name, { force: true });
    await deleteInstance(following, name);
    await create(work);
    outcome = "created";
    instance = await readInstance(following.client, { name: inputs.name, project: inputs.project }, signal);
    comparison = instance === undefined ? undefined : compare(instance);
  }
  if (instance === undefined || comparison === undefined) {
    throw new Failure({
      code: "instance-gone",
      attempted: `make the instance ${inputs.name}`,
      subject: inputs.name,
      found: "it was made, and is not there any more",
      next: "Look who else works on this project of the cluster, then run the same command again.",
    });
  }
  const untouched = comparison.changes.length === 0 && Object.keys(comparison.patch.config).length === 0;
  if (!untouched) await change(work, instance, comparison);
  if (!untouched && outcome === "unchanged") outcome = prior?.outputs === undefined ? "created" : "updated";
  const up = await awaitAddress(work, instance.name);
  const hostKeys = await hostKeysOf(following, up);
  // Of an instance that was taken over the key is written down, so that the next run need not ask for it.
  const [key] = up.config[marks.hostKey] === undefined ? hostKeys : [];
  if (key !== undefined) await patchInstance(following, up.name, { config: { [marks.hostKey]: key } });
  const outputs = outputsOf(up, inputs, hostKeys) as JsonObject & { readonly address: string };
  progress("ssh", { text: outputs.address });
  const details = (): Promise<readonly string[]> => readConsole(following, up.name);
  await work.reach({ machine: up.name, address: outputs.address, timeout: bootSeconds * 1000, signal, details });
  return { outcome, outputs, memory: { instance: up.name } };
}
