import { Failure } from "../../src/model/failure.ts";
import { execInMachine } from "../../src/providers/local-machine/exec-in-machine.ts";
import type { LocalMachine } from "../../src/providers/local-machine/machine-record.ts";
import { until } from "../../src/providers/local-machine/until.ts";
import type { RunResult } from "../../src/providers/process/run.ts";
import { argumentsOf, describeCommand, unexpectedEnd, type Command } from "./command.ts";
import type { TestMachine, WaitOptions } from "./test-machine.ts";

type Commands = Pick<
  TestMachine,
  | "execute"
  | "succeed"
  | "fail"
  | "waitUntilSucceeds"
  | "waitUntilFails"
  | "waitForUnit"
  | "waitForOpenPort"
  | "waitForClosedPort"
  | "waitForFile"
  | "journal"
>;

const commandTimeout = 300_000;
const waitTimeout = 60_000;

// bash is on every Debian machine and can connect by itself (bash(1), REDIRECTION: /dev/tcp).
function connect(address: string, port: number): readonly string[] {
  return ["timeout", "3", "bash", "-c", ': <"/dev/tcp/$0/$1"', address, String(port)];
}

function notInTime(machine: string, what: string, options: WaitOptions, last?: RunResult): Failure {
  return new Failure({
    code: "check-timeout",
    attempted: `wait until ${what}`,
    subject: machine,
    found: `not so after ${String((options.timeout ?? waitTimeout) / 1000)} s`,
    next: "Read what the last try printed, and the machine's journal.",
    details: last === undefined ? [] : `${last.stdout}${last.stderr}`.trimEnd().split("\n").slice(-20),
  });
}

/** The part of a test machine's vocabulary that runs commands in it and waits for what they say. */
export function machineCommands(name: string, local: () => LocalMachine): Commands {
  const execute: Commands["execute"] = (command, options = {}) =>
    execInMachine(local(), argumentsOf(command), { timeout: commandTimeout, ...options });

  /** Tries a command until its result is as wanted. */
  const waitUntil = async (
    command: Command,
    what: string,
    options: WaitOptions,
    wanted: (result: RunResult) => boolean,
  ): Promise<RunResult> => {
    const timeout = options.timeout ?? waitTimeout;
    let last: RunResult | undefined;
    const look = async (): Promise<RunResult | undefined> => {
      last = await execute(command, { timeout });
      return wanted(last) ? last : undefined;
    };
    const result = await until(look, { timeout, interval: 100 });
    if (result === undefined) throw notInTime(name, what, options, last);
    return result;
  };

  return {
    execute,
    async succeed(command, options) {
      const result = await execute(command, options);
      if (result.code === 0) return result.stdout;
      throw unexpectedEnd(name, command, result, "It should have succeeded: read what it printed.");
    },
    async fail(command, options) {
      const result = await execute(command, options);
      if (result.code !== 0) return result;
      throw unexpectedEnd(name, command, result, "It should have failed.");
    },
    async waitUntilSucceeds(command, options = {}) {
      const what = `this succeeds: ${describeCommand(command)}`;
      return (await waitUntil(command, what, options, (result) => result.code === 0)).stdout;
    },
    waitUntilFails(command, options = {}) {
      return waitUntil(command, `this fails: ${describeCommand(command)}`, options, (result) => result.code !== 0);
    },
    async waitForUnit(unit, options = {}) {
      const show = ["systemctl", "show", "--property=ActiveState,Job", "--", unit];
      const settled = ({ stdout }: RunResult): boolean =>
        /^ActiveState=(active|failed)$/m.test(stdout) ||
        (/^ActiveState=inactive$/m.test(stdout) && !/^Job=[1-9]/m.test(stdout));
      const { stdout } = await waitUntil(show, `unit ${unit} is active`, options, settled);
      if (/^ActiveState=active$/m.test(stdout)) return;
      const journal = await execute(["journalctl", "--no-pager", "--lines=20", "--unit", unit]);
      throw new Failure({
        code: "check-unit",
        attempted: `wait until unit ${unit} is active`,
        subject: name,
        found: /failed/.test(stdout) ? "it has failed" : "it is not active, and nothing is starting it",
        next: "Read the end of its journal.",
        details: journal.stdout.trimEnd().split("\n"),
      });
    },
    async waitForOpenPort(port, options = {}) {
      const command = connect(options.address ?? "127.0.0.1", port);
      await waitUntil(command, `port ${String(port)} takes connections`, options, (result) => result.code === 0);
    },
    async waitForClosedPort(port, options = {}) {
      const command = connect(options.address ?? "127.0.0.1", port);
      await waitUntil(command, `port ${String(port)} is closed`, options, (result) => result.code !== 0);
    },
    async waitForFile(path, options = {}) {
      await waitUntil(["test", "-e", path], `${path} exists`, options, (result) => result.code === 0);
    },
    async journal(unit) {
      const selection = unit === undefined ? [] : ["--unit", unit];
      return (await execute(["journalctl", "--no-pager", "--boot", ...selection])).stdout;
    },
  };
}
