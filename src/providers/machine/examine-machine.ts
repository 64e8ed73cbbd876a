import type { Examination, ProviderContext } from "../../engine/provider.ts";
import type { ConnectedMachine } from "./connection.ts";
import { inSession } from "./ssh/in-session.ts";

/** MiB that a machine should have free before anything is put on it. */
const wantedFree = 512;

/**
 * Looks whether a machine can be worked with: Debian 13, systemd, root, tools, space, clock, and whose it is.
 * @throws Failure when it cannot be reached
 */
export async function examineMachine(
  machine: ConnectedMachine,
  context: Pick<ProviderContext<unknown>, "deployment">,
): Promise<readonly Examination[]> {
  const said = await inSession(machine.open("examine the machine"), async (session) => {
    session.send("examine");
    const words = new Map<string, string>();
    for (let line = await session.line(); line !== "end"; line = await session.line()) {
      const at = line.indexOf(" ");
      words.set(at === -1 ? line : line.slice(0, at), at === -1 ? "" : line.slice(at + 1));
    }
    return words;
  });
  const free = Math.floor(Number(said.get("free") ?? 0) / 1024);
  const missing = (said.get("missing") ?? "").trim();
  const skew = Math.abs(Number(said.get("clock") ?? 0) - Date.now() / 1000);
  const owner = said.get("owner") ?? "-";
  return [
    { name: "ssh", ok: true, text: "answers, with the pinned host key" },
    look(
      "debian",
      said.get("system") === "debian 13",
      `runs ${said.get("system") ?? "something unknown"}`,
      "Install Debian 13 (trixie) on it.",
    ),
    look(
      "systemd",
      said.get("init") === "systemd",
      `process 1 is ${said.get("init") ?? "unknown"}`,
      "Boot it with systemd.",
    ),
    look(
      "root",
      said.get("user") === "0",
      `the login is user ${said.get("user") ?? ""}`,
      "Log in as root: set user in the connection.",
    ),
    look(
      "tools",
      missing === "",
      missing === "" ? "has what is needed" : `lacks ${missing}`,
      `Install what provides ${missing}.`,
    ),
    look(
      "space",
      free >= wantedFree,
      `${String(free)} MiB free`,
      `Free at least ${String(wantedFree)} MiB below /var/lib.`,
    ),
    look(
      "file system",
      said.get("apart") === "no",
      said.get("apart") === "no" ? "/var/lib is mounted with the root" : "/var/lib is on a file system of its own",
      "Use a machine whose /var is on the same file system as /: units there are read before others are mounted.",
    ),
    look("clock", skew < 60, `differs by ${skew.toFixed(0)} s`, "Let it synchronise its clock: certificates need it."),
    look(
      "owner",
      owner === "-" || owner === context.deployment,
      owner === "-" ? "is free" : `belongs to ${owner}`,
      "Use another machine, or destroy that deployment there first.",
    ),
  ];
}

function look(name: string, ok: boolean, text: string, next: string): Examination {
  return ok ? { name, ok, text } : { name, ok, text, next };
}
