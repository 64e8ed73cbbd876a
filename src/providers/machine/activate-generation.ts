import { createReadStream } from "node:fs";
import { Failure } from "../../model/failure.ts";
import type { Generation } from "../../system/generation.ts";
import type { ProviderContext } from "../../engine/provider.ts";
import type { ConnectedMachine } from "./connection.ts";
import { refusal } from "./machine-report.ts";
import type { MachineProviderOptions } from "./options.ts";
import { resolvePackages } from "./packages/resolve-packages.ts";
import { packagesProgram } from "./program.ts";
import type { Session } from "./ssh/session.ts";
import { treeArchive } from "./tree-archive.ts";

/** What activation needs of a provider's context. */
export type ActivationContext = Pick<
  ProviderContext<unknown>,
  "component" | "deployment" | "progress" | "secrets" | "signal"
>;

interface Asked {
  readonly missing: readonly string[];
  readonly packages: readonly string[];
  readonly architecture: string;
  readonly status: Buffer;
}

type Answer = { readonly kind: "ready"; readonly asked: Asked } | { readonly kind: "resume"; readonly number: number };

const attempted = "activate a generation";

/** Reads what the machine asks for, up to `ready`; what an earlier activation still says is passed on. */
async function readAsked(session: Session, context: ActivationContext): Promise<Answer> {
  const missing: string[] = [];
  const packages: string[] = [];
  let architecture = "";
  let status: Buffer = Buffer.alloc(0);
  for (;;) {
    const line = await session.line();
    const [keyword, first = ""] = line.split(" ");
    switch (keyword) {
      case "missing":
        missing.push(first);
        break;
      case "package":
        packages.push(first);
        break;
      case "architecture":
        architecture = first;
        break;
      case "status":
        status = await session.take(Number(first));
        break;
      case "phase":
        context.progress("earlier activation", { text: first });
        break;
      case "resume":
        return { kind: "resume", number: Number(first) };
      case "error":
        throw refusal(line, context.component, attempted);
      case "ready":
        return { kind: "ready", asked: { missing, packages, architecture, status } };
    }
  }
}

/** Sends packages and files that the machine misses. Nothing has changed on it until `go`. */
async function send(
  session: Session,
  options: MachineProviderOptions,
  context: ActivationContext,
  asked: Asked,
  archive: Buffer,
): Promise<void> {
  const { gunzipSync } = await import("node:zlib");
  const { install } =
    asked.packages.length === 0
      ? { install: [] }
      : await resolvePackages({
          names: asked.packages,
          status: gunzipSync(asked.status),
          architecture: asked.architecture,
          cache: options.cache,
          signal: context.signal,
          report: ({ done, total, text }) =>
            context.progress("fetch packages", { text, done, ...(total === undefined ? {} : { total }) }),
        });
  const bytes = install.reduce((sum, file) => sum + file.size, 0);
  // Unpacked, packages take about four times their size; the tree twice, while it is staged.
  session.send("need", bytes * 5 + archive.length * 8 + 4_194_304);
  if (install.length > 0) {
    const program = packagesProgram();
    session.send("packages-program", program.length);
    await session.write(program);
  }
  let done = 0;
  for (const file of install) {
    session.send("deb", file.fileName, file.size);
    for await (const chunk of createReadStream(file.path)) {
      await session.write(chunk as Buffer);
      done += (chunk as Buffer).length;
      context.progress("send packages", { text: file.name, done, total: bytes });
    }
  }
  if (archive.length > 0) {
    session.send("tree", archive.length);
    await session.write(archive);
  }
  session.send("go");
}

interface Ending {
  readonly verdict: string;
  readonly words: readonly string[];
  readonly unfit: readonly string[];
  readonly details: readonly string[];
  readonly refused: string | undefined;
}

/** Follows the activation's account until its end. */
async function follow(session: Session, context: ActivationContext): Promise<Ending> {
  let ending: readonly string[] = [];
  let refused: string | undefined;
  const unfit: string[] = [];
  const details: string[] = [];
  for (;;) {
    const line = await session.line();
    const [keyword, ...rest] = line.split(" ");
    switch (keyword) {
      case "phase":
        context.progress(rest.join(" "));
        break;
      case "units":
        context.progress("start", { text: rest.join(" ").trim() });
        break;
      case "unfit":
        unfit.push(rest.join(" "));
        break;
      case "refused":
        refused = line.replace(/^refused /, "error ");
        break;
      case "detail":
      case "stderr":
        details.push(rest.join(" "));
        break;
      case "error":
        throw refusal(line, context.component, attempted);
      case "end":
        if (rest.length === 0)
          return { verdict: ending[0] ?? "crashed", words: ending.slice(1), unfit, details, refused };
        ending = rest;
        break;
    }
  }
}

function unfitInWords(lines: readonly string[]): string {
  return lines
    .map((line) => {
      const [kind, name = "", ...rest] = line.split(" ");
      return kind === "health"
        ? `health check ${name} did not pass in time: ${rest.join(" ") || "no answer"}`
        : `unit ${line.replace(" ", " is ")}`;
    })
    .join("; ");
}

/** Says why the machine did not end in the new generation. Pure. */
export function endingFailure(ending: Ending, component: string): Failure {
  const { verdict, words, unfit, details, refused } = ending;
  if (refused !== undefined && verdict === "rolled-back") {
    const failure = refusal(refused, component, attempted);
    return new Failure({ ...failure.report, details: [...(failure.report.details ?? []), ...details] });
  }
  if (verdict === "refused") return refusal(`error ${words.join(" ")}`, component, attempted);
  const why = unfitInWords(unfit) || "the switch itself failed, as the lines say";
  if (verdict === "rolled-back") {
    return new Failure({
      code: "rolled-back",
      attempted,
      subject: component,
      found: `${why}. The machine went back to generation ${words[1] ?? "before"}, which is healthy; generation ${words[0] ?? ""} is kept for inspection`,
      next: "Mend what the check or the journal says, then apply again.",
      details,
    });
  }
  return new Failure({
    code: "rollback-failed",
    attempted,
    subject: component,
    found: `${why}. Going back ended as "${verdict}": the machine needs attention`,
    next: "See `fediversity status`, and on the machine /var/lib/fediversity/log and journalctl; then apply again.",
    details,
  });
}

/**
 * Confirms over a connection of its own, which proves that the machine can still be reached.
 * @param remove whether everything of ours but data leaves the machine afterwards
 * @returns what the machine says about it, line by line
 */
export async function confirm(
  machine: ConnectedMachine,
  context: ActivationContext,
  number: number,
  remove = false,
): Promise<readonly string[]> {
  context.progress("confirm");
  const session = machine.open("confirm the activation over a new connection", true);
  session.send("confirm", context.deployment, number, ...(remove ? ["remove"] : []));
  const lines: string[] = [];
  for (;;) {
    const line = await session.line();
    if (line.startsWith("error ")) throw refusal(line, context.component, "confirm the activation");
    lines.push(line);
    if (line.startsWith("confirmed ") || line === "removed") break;
  }
  await session.close();
  return lines;
}

/** Brings a generation onto a machine and into force. @returns its number there */
export async function activateGeneration(
  options: MachineProviderOptions,
  machine: ConnectedMachine,
  context: ActivationContext,
  generation: Generation,
): Promise<number> {
  const session = machine.open(attempted);
  const { id, name } = options.holder;
  const manifest = Buffer.from(generation.manifest);
  const packages = Buffer.from(generation.packages.map((entry) => `${entry}\n`).join(""));
  context.progress("compare");
  session.send(
    "stage",
    context.deployment,
    id,
    name,
    generation.id,
    manifest.length,
    packages.length,
    options.confirmSeconds ?? 60,
  );
  await session.write(manifest);
  await session.write(packages);
  const answer = await readAsked(session, context);
  if (answer.kind === "resume") {
    await session.close();
    return answer.number;
  }
  const missing = new Set(answer.asked.missing);
  const files = generation.files.filter(({ path }) => missing.has(path));
  const archive =
    files.length === 0 ? Buffer.alloc(0) : await treeArchive(files, (secret) => context.secrets.reveal(secret));
  context.progress("send", { text: `${String(files.length)} files`, done: archive.length, total: archive.length });
  await send(session, options, context, answer.asked, archive);
  return await settled(session, context);
}

/** Goes back to an earlier generation that the machine remembers. @param goal its number, or `previous` */
export async function returnToGeneration(
  options: MachineProviderOptions,
  machine: ConnectedMachine,
  context: ActivationContext,
  goal: number | "previous",
): Promise<number> {
  const session = machine.open(attempted);
  session.send(
    "return",
    context.deployment,
    options.holder.id,
    options.holder.name,
    goal,
    options.confirmSeconds ?? 60,
  );
  const answer = await readAsked(session, context);
  if (answer.kind === "ready") await send(session, options, context, answer.asked, Buffer.alloc(0));
  return await settled(session, context);
}

async function settled(session: Session, context: ActivationContext): Promise<number> {
  const ending = await follow(session, context);
  await session.close();
  if (ending.verdict === "awaiting") return Number(ending.words[0]);
  throw endingFailure(ending, context.component);
}
