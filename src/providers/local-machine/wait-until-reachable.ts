import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Failure } from "../../model/failure.ts";
import { run } from "../process/run.ts";
import { machineState } from "./find-machine.ts";
import type { LocalMachine } from "./machine-record.ts";
import { isMissing } from "./missing.ts";
import { networkCommand } from "./network-record.ts";
import { consoleFile, consoleTail, notStarted } from "./start-machine.ts";
import { until } from "./until.ts";

/** Tells from /proc/PID/net/tcp or tcp6 whether a port is listened on (proc_net(5): state 0A, port in hexadecimal). */
export function listensOn(table: string, port: number): boolean {
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  return table.split("\n").some((line) => new RegExp(`^\\s*\\d+: [0-9A-F]+:${hex} [0-9A-F]+:[0-9A-F]+ 0A `).test(line));
}

/** Tells from /proc/PID/net/fib_trie whether an address is the machine's own already. */
export function hasAddress(trie: string, address: string): boolean {
  return new RegExp(`\\|-- ${address.replaceAll(".", "\\.")}\\n\\s+/32 host LOCAL`).test(trie);
}

async function readTables(pid: number): Promise<{ listens: boolean; trie: string } | undefined> {
  try {
    const folder = `/proc/${String(pid)}/net`;
    const tables = await Promise.all(["tcp", "tcp6"].map((name) => readFile(join(folder, name), "utf8")));
    return {
      listens: tables.some((table) => listensOn(table, 22)),
      trie: await readFile(join(folder, "fib_trie"), "utf8"),
    };
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/**
 * Waits until a machine's SSH server answers on its address and shows the host key that we gave it.
 * @param timeout milliseconds; 60,000 when not given
 * @throws Failure `machine-did-not-start`, `machine-unreachable`
 */
export async function waitUntilReachable(
  machine: LocalMachine,
  options: { readonly timeout?: number | undefined; readonly signal?: AbortSignal | undefined } = {},
): Promise<void> {
  const timeout = options.timeout ?? 60_000;
  const answers = async (): Promise<"answers" | "ended" | undefined> => {
    const state = await machineState(machine);
    if (state.kind === "stopped") return "ended";
    if (state.leader === undefined) return undefined;
    // Looking into the machine's tables costs next to nothing; the network is asked once, when it can answer.
    const tables = await readTables(state.leader.pid);
    if (tables === undefined || !tables.listens || !hasAddress(tables.trie, machine.address)) return undefined;
    const scan = ["ssh-keyscan", "-T", "5", "-t", "ed25519", machine.address];
    const [command = "ssh-keyscan", ...args] = [...networkCommand(machine.network), ...scan];
    const { stdout } = await run(command, args, { signal: options.signal });
    return stdout.includes(machine.hostKey) ? "answers" : undefined;
  };
  const outcome = await until(answers, { timeout, signal: options.signal });
  if (outcome === "ended") {
    throw await notStarted(machine, "it ended while it started");
  }
  if (outcome === undefined) {
    throw new Failure({
      code: "machine-unreachable",
      attempted: `reach machine ${machine.name} over SSH`,
      subject: machine.name,
      found: `${machine.address} did not answer within ${String(timeout / 1000)} s`,
      next: `Read the lines of its console in ${consoleFile(machine)}.`,
      details: await consoleTail(machine),
    });
  }
}
