import type { Generation } from "../../system/generation.ts";
import { renderImageList } from "../../system/image.ts";
import type { ConnectedMachine } from "./connection.ts";
import { endingFailure, followActivation } from "./follow-activation.ts";
import { refusal } from "./machine-report.ts";
import type { MachineProviderOptions } from "./options.ts";
import { inSession } from "./ssh/in-session.ts";
import type { Session } from "./ssh/session.ts";
import { type ActivationContext, readAnswer, sendMissing } from "./stage-generation.ts";

const attempted = "activate a generation";

/** How an activation came out. */
export interface Activated {
  readonly number: number;
  /** Confirmed already, since nothing had to be done. */
  readonly same: boolean;
  /** A new connection that was opened while the health checks ran, so that confirming costs no time of its own. */
  readonly confirming?: Session | undefined;
}

/** Seconds for confirming, where the environment says nothing. */
const defaultPatience = 60;

function openConfirming(machine: ConnectedMachine): Session {
  return machine.open("confirm the activation over a new connection", true);
}

/**
 * Confirms over a connection of its own, which proves that the machine can still be reached.
 * @param remove whether everything of ours but data leaves the machine afterwards
 */
export async function confirmGeneration(
  machine: ConnectedMachine,
  context: ActivationContext,
  { number, confirming }: Activated,
  remove = false,
): Promise<void> {
  context.progress("confirm");
  await inSession(confirming ?? openConfirming(machine), async (session) => {
    session.send("confirm", context.deployment, number, ...(remove ? ["remove"] : []));
    for (;;) {
      const line = await session.line();
      if (line.startsWith("error ")) throw refusal(line, context.component, "confirm the activation");
      if (line.startsWith("confirmed ") || line === "removed") break;
    }
  });
}

/** Awaits the end of an activation; a new connection is opened while its health checks run. */
async function settled(machine: ConnectedMachine, session: Session, context: ActivationContext): Promise<Activated> {
  let confirming: Session | undefined;
  try {
    const ending = await followActivation(session, context, () => {
      confirming ??= openConfirming(machine);
    });
    if (ending.verdict !== "awaiting") throw endingFailure(ending, context.component);
    return { number: Number(ending.words[0]), same: false, confirming };
  } catch (error) {
    await confirming?.close();
    throw error;
  }
}

/**
 * Brings a generation onto a machine and into force, unconfirmed.
 * @throws Failure `rolled-back` when it was not healthy, and what the machine refuses
 */
export async function activateGeneration(
  options: MachineProviderOptions,
  machine: ConnectedMachine,
  context: ActivationContext,
  {
    generation,
    confirmSeconds = defaultPatience,
  }: { readonly generation: Generation; readonly confirmSeconds?: number | undefined },
): Promise<Activated> {
  const { id, name } = options.holder;
  const manifest = Buffer.from(generation.manifest);
  const packages = Buffer.from(generation.packages.map((entry) => `${entry}\n`).join(""));
  const images = Buffer.from(renderImageList(generation.images));
  context.progress("compare");
  return await inSession(machine.open(attempted), async (session) => {
    const sizes = [manifest.length, packages.length, images.length] as const;
    session.send("stage", context.deployment, id, name, generation.id, ...sizes, confirmSeconds);
    await session.write(manifest);
    await session.write(packages);
    await session.write(images);
    const answer = await readAnswer(session, context);
    await machine.pin();
    if (answer.kind !== "ready") return { number: answer.number, same: answer.kind === "same" };
    // Loaded only where files travel, for the sake of start-up.
    const { treeArchive } = await import("./tree-archive.ts");
    const missing = new Set(answer.asked.missing);
    const files = generation.files.filter(({ path }) => missing.has(path));
    const archive =
      files.length === 0 ? Buffer.alloc(0) : await treeArchive(files, (secret) => context.secrets.reveal(secret));
    context.progress("send", { text: `${String(files.length)} files`, done: archive.length, total: archive.length });
    await sendMissing(session, options, context, answer.asked, archive);
    return await settled(machine, session, context);
  });
}

/** Goes back to an earlier generation that the machine remembers: by its number, or the newest different one before. */
export async function returnToGeneration(
  options: MachineProviderOptions,
  machine: ConnectedMachine,
  context: ActivationContext,
  {
    goal,
    confirmSeconds = defaultPatience,
  }: { readonly goal: number | "previous"; readonly confirmSeconds?: number | undefined },
): Promise<Activated> {
  const { id, name } = options.holder;
  return await inSession(machine.open(attempted), async (session) => {
    session.send("return", context.deployment, id, name, goal, confirmSeconds);
    const answer = await readAnswer(session, context);
    if (answer.kind === "ready") await sendMissing(session, options, context, answer.asked, Buffer.alloc(0));
    return await settled(machine, session, context);
  });
}
