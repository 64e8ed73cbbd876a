import { type IncusInstanceInputs, incusInstance } from "../../catalogue/components/incus-instance.ts";
import type { Owner } from "../../catalogue/components/machine-on-demand.ts";
import type { PriorContext, Provider, ProviderContext, Reconciled } from "../../engine/provider.ts";
import { Failure } from "../../model/failure.ts";
import { awaitSsh } from "../on-demand/await-ssh.ts";
import { deleteInstance, patchInstance, stopInstance } from "./act-on-instance.ts";
import { openClusters, readInstance } from "./cluster.ts";
import { compareInstance, refuseForeign } from "./compare-instance.ts";
import { examineCluster } from "./examine-cluster.ts";
import { findInstance, type Instance, isAway, marks } from "./instance.ts";
import type { Following } from "./operation.ts";
import { hostKeysOf } from "./read-inside.ts";
import { outputsOf, type Promised, reconcileInstance } from "./reconcile-instance.ts";

type Some = Pick<PriorContext, "component" | "deployment" | "secrets" | "signal" | "progress">;

function ownerOf({ deployment, component }: Some): Owner {
  return { deployment, component };
}

function appliedOf(context: PriorContext | ProviderContext<IncusInstanceInputs>): IncusInstanceInputs | undefined {
  return context.prior?.inputs as unknown as IncusInstanceInputs | undefined;
}

/**
 * An instance stays in its project: made in another it would be a second one.
 * @throws Failure `instance-elsewhere`
 */
function refuseMove({ prior, inputs, component }: ProviderContext<IncusInstanceInputs>): void {
  const before = prior?.inputs as unknown as IncusInstanceInputs | undefined;
  if (before === undefined || before.project === inputs.project) return;
  throw new Failure({
    code: "instance-elsewhere",
    attempted: "compare the instance with what is wanted",
    subject: component,
    found: `it is in the project ${before.project}, and ${inputs.project} is wanted`,
    next: `Move it with \`incus move\` and amend the state, or set the project back to ${before.project}.`,
  });
}

/**
 * Makes the provider of instances on Incus servers and clusters, by their REST API.
 * @param reach waits until a new instance can be reached over SSH
 */
export function incusInstanceProvider(reach: typeof awaitSsh = awaitSsh): Provider<IncusInstanceInputs> {
  const clusters = openClusters();
  const promised = new WeakMap<AbortSignal, Promised>();
  const follow = async (context: Some, inputs: IncusInstanceInputs): Promise<Following> => ({
    client: await clusters.client(inputs.server, context),
    project: inputs.project,
    signal: context.signal,
    onProgress: (text) => {
      context.progress("cluster", { text });
    },
  });
  /** The component's own instance, as the list of this run has it. */
  const own = async (context: PriorContext): Promise<Instance | undefined> => {
    const inputs = context.prior.inputs as unknown as IncusInstanceInputs;
    const owner = ownerOf(context);
    const found = findInstance(await clusters.instances(inputs, context), owner, inputs);
    if (found === undefined || isAway(found)) return found;
    const { config } = found;
    const ours = config[marks.deployment] === owner.deployment && config[marks.component] === owner.component;
    return ours ? found : undefined;
  };
  const reconcile = async (context: ProviderContext<IncusInstanceInputs>): Promise<Reconciled> => {
    const { inputs, signal } = context;
    refuseMove(context);
    const inRun = promised.get(signal) ?? new Map<string, string[]>();
    promised.set(signal, inRun);
    const following = await follow(context, inputs);
    const owner = ownerOf(context);
    return await reconcileInstance({ context, owner, following, clusters, promised: inRun, reach });
  };
  const isKept = ({ config }: Instance): boolean => (config[marks.kept] ?? "") !== "";

  return {
    type: incusInstance,

    async read(context) {
      const inputs = context.prior.inputs as unknown as IncusInstanceInputs;
      const found = await own(context);
      if (found === undefined || isKept(found)) return { exists: false };
      if (isAway(found)) {
        const where = `the cluster member ${found.location} that it is on does not answer`;
        return { exists: true, drift: [where], health: [] };
      }
      const { drift } = compareInstance(found, ownerOf(context), { ...inputs, protected: false }, inputs);
      return { exists: true, drift, health: [] };
    },

    async diff(context) {
      const { inputs } = context;
      const owner = ownerOf(context);
      refuseMove(context);
      const found = findInstance(await clusters.instances(inputs, context), owner, inputs);
      if (found === undefined) {
        const { cores, memory, disk } = inputs.size;
        const size = `${String(cores)} cores, ${String(memory)} MiB of memory, ${String(disk)} GiB of disk`;
        const changes = [{ verb: "add" as const, what: `instance ${inputs.name}`, detail: [size] }];
        return { kind: "create", changes, drift: [] };
      }
      refuseForeign(found, owner, inputs);
      const { changes, drift, replace, restart, start } = compareInstance(found, owner, inputs, appliedOf(context));
      const stays = !replace && !restart && !start;
      const keys = stays ? await hostKeysOf(await follow(context, inputs), found) : [];
      const outputs = stays ? outputsOf(found, inputs, keys) : undefined;
      if (changes.length === 0 && outputs !== undefined) return { kind: "same", outputs };
      // What a run that died left half-made was not changed from outside.
      const settled = context.prior?.status === "present";
      return { kind: "update", changes, drift: settled ? drift : [], outputs };
    },

    reconcile,

    async delete(context) {
      const inputs = context.prior.inputs as unknown as IncusInstanceInputs;
      const found = await own(context);
      if (found === undefined || isKept(found)) return;
      refuseForeign(found, ownerOf(context), inputs);
      const following = await follow(context, inputs);
      context.progress("stop", { text: `instance ${found.name}` });
      // The list is of the beginning of the run, which may have started it since.
      const now = await readInstance(following.client, { name: found.name, project: inputs.project }, context.signal);
      // What holds nothing loses nothing by being cut off.
      if (now?.status === "Running") await stopInstance(following, found.name, { force: !inputs.protected });
      if (inputs.protected) {
        await patchInstance(following, found.name, { config: { [marks.kept]: new Date().toISOString() } });
        return;
      }
      context.progress("delete", { text: `instance ${found.name}` });
      await deleteInstance(following, found.name);
    },

    async purge(context, { dryRun }) {
      // What is wanted is in use, and what is on its disk is for the machine's own purge to decide about.
      if (context.prior.status === "present") return [];
      const found = await own(context);
      const inputs = context.prior.inputs as unknown as IncusInstanceInputs;
      if (found !== undefined && isAway(found)) refuseForeign(found, ownerOf(context), inputs);
      if (found === undefined || !isKept(found)) return [];
      if (!dryRun) await deleteInstance(await follow(context, inputs), found.name);
      const size = found.devices["root"]?.["size"];
      return [`instance ${found.name} with its disk${size === undefined ? "" : ` (${size})`}`];
    },

    async wake(context) {
      const found = await own(context);
      if (found === undefined) return false;
      if (found.status === "Running" || isAway(found)) return true;
      await reconcile({ ...context, inputs: context.prior.inputs as unknown as IncusInstanceInputs });
      return true;
    },

    async examine(context) {
      return await examineCluster(await follow(context, context.inputs), context.inputs);
    },
  };
}
