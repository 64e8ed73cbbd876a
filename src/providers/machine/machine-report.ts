import { Failure } from "../../model/failure.ts";
import type { HealthReading } from "../../engine/provider.ts";
import type { Session } from "./ssh/session.ts";

/** What a machine says of itself. */
export interface MachineReport {
  /** The deployment that the machine belongs to. */
  readonly owner: string | undefined;
  /** Generation in force; 0 for none. */
  readonly number: number;
  readonly id: string;
  /** An activation that nobody confirmed yet. */
  readonly pending: { readonly number: number; readonly phase: string } | undefined;
  readonly drift: readonly Drift[];
  readonly health: readonly HealthReading[];
  /** Bytes that are free below /var/lib, where that was asked for. */
  readonly freeBytes: number | undefined;
  /** The manifest of the generation in force, where it is another than the one asked about. */
  readonly manifest: string | undefined;
}

/** One thing that is not as it was made. */
export interface Drift {
  readonly kind: "tree" | "link" | "copy" | "unit" | "package" | "user";
  readonly name: string;
  readonly words: string;
}

/** Says a drift in words, for status and plan. Pure. */
export function driftInWords({ kind, name, words }: Drift): string {
  switch (kind) {
    case "tree":
      return name.startsWith("files/") ? `file ${name.slice(5)} was edited by hand` : `${name} was edited by hand`;
    case "link":
      return `${name} was replaced by hand`;
    case "copy":
      return `file ${name} was edited by hand`;
    case "unit":
      return `unit ${name} is ${words}`;
    case "package":
      return `package ${name} is not installed`;
    case "user":
      return `user ${name} does not exist`;
  }
}

const driftKinds: ReadonlySet<string> = new Set(["tree", "link", "copy", "unit", "package", "user"]);

/** What the machine's program refuses, as failures for people. */
export function refusal(line: string, subject: string, attempted: string): Failure {
  const [, code = "refused", ...words] = line.split(" ");
  const rest = words.join(" ");
  const known: Readonly<Record<string, { found: string; next: string }>> = {
    locked: {
      found: `another deployer works on the machine: ${rest}`,
      next: "Wait until it has finished, or apply where nobody works there any more; then run the same again.",
    },
    owned: {
      found: `the machine belongs to the deployment ${rest}`,
      next: `Use another machine, or destroy (and purge) the deployment ${rest} there first.`,
    },
    apart: {
      found:
        "/var/lib/fediversity would be on another file system than /, and nothing in it would start after a reboot",
      next: "Use a machine whose /var is on the same file system as /.",
    },
    "disk-full": {
      found: `the disk has ${megabytes(words[1])} free where ${megabytes(words[0])} are needed; what ran before still runs`,
      next: "Free space on the machine, then run the same again.",
    },
    "user-exists": {
      found: `the user ${rest.trim()} exists on the machine already and is not ours`,
      next: "Choose another user name in the policy, or remove that user from the machine.",
    },
    "path-occupied": {
      found: `${rest.trim()} is there already and is not ours, where a file or link of ours has to be`,
      next: "Move it away on the machine, then run the same again.",
    },
    "unit-shadowed": {
      found: `/etc/systemd/system/${rest} would hide the unit of the same name`,
      next: "Remove that file on the machine, or rename the unit.",
    },
    "unit-invalid": {
      found: `systemd does not accept ${rest.trim()}`,
      next: "Mend the unit in the module that contributes it; the lines above say what is wrong.",
    },
    "port-taken": {
      found: `somebody else listens on ${rest.trim()}, which the system needs`,
      next: "Stop that program on the machine or let it use another port, then run the same again.",
    },
    "image-failed": {
      found: `podman could not take the image ${rest.trim()}; what ran before still runs`,
      next: "Read podman's words above; then run the same again.",
    },
    "base-moved": { found: `meanwhile ${rest}`, next: "Run the same again: it is decided anew." },
    "not-awaiting": { found: rest, next: "Run the same again." },
    "rolled-back": {
      found: rest,
      next: "Check that this computer can open new connections to the machine, then run the same again.",
    },
    "transfer-damaged": { found: rest, next: "Run the same again." },
    "generation-unknown": {
      found: `the machine remembers no generation ${rest}`,
      next: "See `fediversity generations`.",
    },
    "generation-current": {
      found: `generation ${rest} is in force already`,
      next: "See `fediversity generations` for others.",
    },
    "generation-damaged": {
      found: `files of generation ${rest} were edited by hand`,
      next: "Choose another generation, or apply.",
    },
    "path-invalid": {
      found: `the machine's program does not take the path ${rest}`,
      next: "This is a defect in Fediversity: please report it.",
    },
    "verb-unknown": {
      found: `the machine's program was asked for ${rest || "nothing"}, which it does not know`,
      next: "This is a defect in Fediversity: please report it.",
    },
  };
  return new Failure({
    code,
    attempted,
    subject,
    found: known[code]?.found ?? (rest === "" ? line : rest),
    next: known[code]?.next ?? "Run the same again; if it stays, report it.",
  });
}

function megabytes(bytes: string | undefined): string {
  return `${(Number(bytes ?? 0) / 1_048_576).toFixed(1)} MiB`;
}

/** Reads lines until `end`, collecting the report. */
export async function readReport(session: Session, subject: string, attempted: string): Promise<MachineReport> {
  let owner: string | undefined;
  let number = 0;
  let id = "none";
  let pending: MachineReport["pending"];
  let manifest: string | undefined;
  let freeBytes: number | undefined;
  const drift: Drift[] = [];
  const health: HealthReading[] = [];
  for (;;) {
    const line = await session.line();
    const [keyword = "", first = "", second = "", ...rest] = line.split(" ");
    switch (keyword) {
      case "owner":
        owner = first === "-" ? undefined : first;
        break;
      case "current":
        number = Number(first);
        id = second;
        break;
      case "pending":
        pending = { number: Number(first), phase: second };
        break;
      case "drift":
        if (driftKinds.has(first)) drift.push({ kind: first as Drift["kind"], name: second, words: rest.join(" ") });
        break;
      case "health":
        health.push({ name: first, healthy: second === "ok", text: rest.join(" ") });
        break;
      case "manifest":
        manifest = (await session.take(Number(first))).toString("utf8");
        break;
      case "free":
        freeBytes = Number(line.split(" ").at(-1));
        break;
      case "error":
        throw refusal(line, subject, attempted);
      case "end":
        return { owner, number, id, pending, drift, health, freeBytes, manifest };
    }
  }
}
