import { Failure } from "../../model/failure.ts";
import { type MachineInputs, machine as machineType } from "../../catalogue/components/machine.ts";
import type {
  GenerationReading,
  HealthReading,
  PriorContext,
  RemovalContext,
  Provider,
  ProviderContext,
  Reading,
  Reconciled,
} from "../../engine/provider.ts";
import { buildGeneration, type Generation } from "../../system/generation.ts";
import { System } from "../../system/system.ts";
import { activateGeneration, confirmGeneration, returnToGeneration } from "./activate-generation.ts";
import { type ConnectedMachine, connectMachine, type MachineMemory } from "./connection.ts";
import { examineMachine } from "./examine-machine.ts";
import { driftOf, inspectMachine, refuseForeign, type Wanted } from "./inspect-machine.ts";
import { type MachineReport, readReport, refusal } from "./machine-report.ts";
import type { LockedImages } from "./images/image-lock.ts";
import type { MachineProviderOptions } from "./options.ts";
import { inSession } from "./ssh/in-session.ts";

type Context = ProviderContext<MachineInputs>;

async function wantedOf(options: MachineProviderOptions, context: Context): Promise<Wanted> {
  const { system } = context.inputs;
  const images = Object.keys(system.images);
  let digests: LockedImages = {};
  if (images.length > 0) {
    // Loaded only where there are images, for the sake of start-up.
    const [{ lockImages }, { resolveImage }] = await Promise.all([
      import("./images/image-lock.ts"),
      import("./images/skopeo.ts"),
    ]);
    digests = await lockImages(options.imageLock, images, (image) => resolveImage(image, context.signal));
  }
  const generation = buildGeneration(
    system,
    (secret) => context.secrets.revision(secret),
    (image) => digests[image] ?? "",
  );
  return {
    deployment: context.deployment,
    component: context.component,
    address: context.inputs.connection.address as string,
    generation,
  };
}

const nothing = (): Generation => buildGeneration(System.parse({}), () => "");

/** Connects with what the state knows. @throws Failure when nothing is known */
async function connectPrior(options: MachineProviderOptions, context: PriorContext): Promise<ConnectedMachine> {
  const inputs = context.prior.inputs as unknown as MachineInputs;
  return await connectMachine(options, context, inputs.connection);
}

/** The same, after seeing to it that the machine runs. Undefined when it is gone for good. */
async function connectAwake(
  options: MachineProviderOptions,
  context: RemovalContext,
): Promise<ConnectedMachine | undefined> {
  return (await context.rouse()) ? await connectPrior(options, context) : undefined;
}

/** Asks a machine what it is like, whatever is wanted of it. */
async function readMachine(
  machine: ConnectedMachine,
  { component }: PriorContext,
  attempted: string,
): Promise<MachineReport> {
  return await inSession(machine.open(attempted), async (session) => {
    session.send("read", "none");
    return await readReport(session, component, attempted);
  });
}

async function reconciled(
  machine: ConnectedMachine,
  wanted: { address: string },
  number: number,
  outcome: Reconciled["outcome"],
): Promise<Reconciled> {
  const memory: MachineMemory = await machine.memory();
  return {
    outcome,
    outputs: { address: wanted.address, generation: number },
    memory: { hostKeys: [...memory.hostKeys] },
  };
}

/** Makes the provider of machines' systems: over SSH, with nothing on the machine but what Debian has. */
export function machineProvider(options: MachineProviderOptions): Provider<MachineInputs> {
  return {
    type: machineType,

    identity({ connection }) {
      const { address, port } = connection as unknown as MachineInputs["connection"];
      return typeof address === "string" ? `${address} ${String(port)}` : undefined;
    },

    async diff(context) {
      const wanted = await wantedOf(options, context);
      const machine = await connectMachine(options, context, context.inputs.connection);
      const session = machine.open("compare the machine with what is wanted");
      return await inSession(session, () => inspectMachine(session, wanted));
    },

    async reconcile(context) {
      const wanted = await wantedOf(options, context);
      const { component, deployment, prior, signal, remember } = context;
      const pin = (memory: MachineMemory): Promise<void> => remember({ hostKeys: [...memory.hostKeys] });
      const machine = await connectMachine(
        options,
        { component, deployment, prior, signal, pin },
        context.inputs.connection,
      );
      const activated = await activateGeneration(options, machine, context, {
        generation: wanted.generation,
        confirmSeconds: context.inputs.confirmSeconds,
      });
      if (!activated.same) await confirmGeneration(machine, context, activated);
      const outcome = activated.same ? "unchanged" : prior?.outputs === undefined ? "created" : "updated";
      return await reconciled(machine, wanted, activated.number, outcome);
    },

    async read(context): Promise<Reading> {
      const machine = await connectPrior(options, context);
      const report = await readMachine(machine, context, "read the machine");
      if (report.number === 0 || report.owner !== context.deployment) return { exists: false };
      const health = report.health.map((check): HealthReading => ({ ...check }));
      const drift = driftOf({ ...report, health: [] });
      return { exists: true, drift, health, generation: report.number, freeBytes: report.freeBytes };
    },

    async delete(context) {
      const machine = await connectAwake(options, context);
      if (machine === undefined) return;
      const report = await readMachine(machine, context, "remove everything from the machine");
      refuseForeign(report, context);
      // A machine whose only generation failed has none in force, and is ours all the same.
      if (report.owner === undefined) return;
      await confirmGeneration(
        machine,
        context,
        await activateGeneration(options, machine, context, {
          generation: nothing(),
          confirmSeconds: (context.prior.inputs as unknown as MachineInputs).confirmSeconds,
        }),
        true,
      );
    },

    async purge(context, { dryRun }) {
      const { connection } = context.prior.inputs as unknown as MachineInputs;
      // The machine is switched off, and its data is on the disk that the component which made it kept.
      if (connection.madeBy !== undefined && context.prior.status !== "present") return [];
      const machine = await connectAwake(options, context);
      if (machine === undefined) return [];
      return await inSession(machine.open("delete kept data"), async (session) => {
        session.send("purge", context.deployment, dryRun ? "dry" : "really");
        const deleted: string[] = [];
        for (let line = await session.line(); line !== "end"; line = await session.line()) {
          if (line.startsWith("error ")) throw refusal(line, context.component, "delete kept data");
          const [keyword, path = "", ...words] = line.split(" ");
          if (keyword === "data") deleted.push(`${path} (${words.join(" ")})`);
        }
        return deleted;
      });
    },

    async rollback(context, { to }) {
      const machine = await connectPrior(options, context);
      const activated = await returnToGeneration(options, machine, context, {
        goal: to ?? "previous",
        confirmSeconds: (context.prior.inputs as unknown as MachineInputs).confirmSeconds,
      });
      await confirmGeneration(machine, context, activated);
      const address = (context.prior.inputs as unknown as MachineInputs).connection.address as string;
      return await reconciled(machine, { address }, activated.number, "updated");
    },

    async generations(context): Promise<readonly GenerationReading[]> {
      const machine = await connectPrior(options, context);
      return await inSession(machine.open("list generations"), async (session) => {
        session.send("generations");
        const found: Omit<GenerationReading, "current">[] = [];
        let current = 0;
        for (let line = await session.line(); line !== "end"; line = await session.line()) {
          const [keyword, number = "", id = "", activatedAt = "", verdict = ""] = line.split(" ");
          if (keyword === "current") current = Number(number);
          if (keyword === "generation")
            found.push({ number: Number(number), id, activatedAt, verdict: verdict as GenerationReading["verdict"] });
        }
        return found.map((generation) => ({ ...generation, current: generation.number === current }));
      });
    },

    async examine(context) {
      const { address } = context.inputs.connection;
      if (typeof address !== "string") {
        throw new Failure({
          code: "internal",
          attempted: "examine the machine",
          subject: context.component,
          found: "its address is not known yet",
          next: "Apply first.",
        });
      }
      const machine = await connectMachine(options, context, context.inputs.connection);
      return await examineMachine(machine, context);
    },
  };
}
