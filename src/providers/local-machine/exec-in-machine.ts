import { join } from "node:path";
import { Failure } from "../../model/failure.ts";
import { run, type RunResult } from "../process/run.ts";
import { controlGroup, machineState } from "./find-machine.ts";
import type { LocalMachine } from "./machine-record.ts";

/** How a command is run in a machine. */
export interface ExecOptions {
  /** Bytes for standard input; without them it is empty. */
  readonly input?: string | Buffer | undefined;
  /** Variables on top of a small fixed environment. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Milliseconds after which the command is ended with SIGKILL and the run fails. */
  readonly timeout?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called with each whole line that the command prints, as it arrives. */
  readonly onLine?: ((line: string) => void) | undefined;
}

/** The environment that commands in a machine have. */
export const machineEnvironment: Readonly<Record<string, string>> = {
  PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  HOME: "/root",
  USER: "root",
  LOGNAME: "root",
  SHELL: "/bin/sh",
  LANG: "C.UTF-8",
};

// The command becomes a part of the machine's control groups, as if its systemd had started it.
const joinGroup = 'if [ -e "$1" ]; then echo 0 >"$1"; fi; shift; exec "$@"';

/**
 * Gives the command that runs another one in all namespaces of a machine (nsenter(1)).
 * @param leader pid of the machine's PID 1 as this computer sees it
 * @param groupProcesses path of the file that takes the command into a control group of the machine (cgroups(7))
 * @param timeout milliseconds
 */
function execCommand(options: {
  readonly leader: number;
  readonly groupProcesses: string;
  readonly argv: readonly string[];
  readonly timeout?: number | undefined;
}): string[] {
  const { timeout } = options;
  return [
    "sh",
    "-c",
    joinGroup,
    "sh",
    options.groupProcesses,
    "nsenter",
    `--target=${String(options.leader)}`,
    "--all",
    "--root",
    "--wdns=/root",
    "--",
    // The limit is kept inside, because ending nsenter would leave the command running there.
    ...(timeout === undefined ? [] : ["timeout", "--signal=KILL", String(timeout / 1000)]),
    ...options.argv,
  ];
}

/**
 * Gives the argument vector that runs a command as root in a machine, for those who need its streams.
 * The environment is the caller's, see {@link machineEnvironment}.
 * @throws Failure `machine-not-running`
 */
export async function machineCommand(
  machine: LocalMachine,
  argv: readonly string[],
  timeout?: number,
): Promise<string[]> {
  const state = await machineState(machine);
  if (state.kind === "stopped" || state.leader === undefined) {
    throw new Failure({
      code: "machine-not-running",
      attempted: `run ${argv[0] ?? "nothing"} in machine ${machine.name}`,
      subject: machine.name,
      found: state.kind === "stopped" ? "the machine does not run" : "the machine is just starting",
      next: "Start the machine, or wait until it has started.",
    });
  }
  const group = join(`/proc/${String(state.supervisor.pid)}/root/sys/fs/cgroup`, (await controlGroup(machine)) ?? "");
  return execCommand({
    leader: state.leader.pid,
    groupProcesses: join(group, "machine/payload/init.scope/cgroup.procs"),
    argv,
    timeout,
  });
}

/**
 * Runs a command as root in a machine, whatever the state of its network.
 * @param argv the command and its arguments; no shell is involved
 * @returns what it printed and its exit code, whatever that is
 * @throws Failure `machine-not-running`, `command-timeout`
 */
export async function execInMachine(
  machine: LocalMachine,
  argv: readonly string[],
  options: ExecOptions = {},
): Promise<RunResult> {
  const { timeout } = options;
  const [command = "sh", ...args] = await machineCommand(machine, argv, timeout);
  const begin = performance.now();
  const result = await run(command, args, {
    input: options.input,
    env: { ...machineEnvironment, ...options.env },
    signal: options.signal,
    onLine: options.onLine,
  });
  // timeout(1) ends with 137 when it had to kill.
  if (timeout !== undefined && result.code === 137 && performance.now() - begin >= timeout) {
    throw new Failure({
      code: "command-timeout",
      attempted: `run ${argv[0] ?? "nothing"} in machine ${machine.name}`,
      subject: machine.name,
      found: `no end after ${String(timeout / 1000)} s`,
      next: "Look at what the command was waiting for, then try again.",
      details: `${result.stdout}${result.stderr}`.trimEnd().split("\n").slice(-12),
    });
  }
  return result;
}
