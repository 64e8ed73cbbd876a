import type { Bind, LocalMachine } from "../../src/providers/local-machine/machine-record.ts";
import type { MachineFile } from "../../src/providers/local-machine/machine-files.ts";
import type { ExecOptions } from "../../src/providers/local-machine/exec-in-machine.ts";
import type { RunResult } from "../../src/providers/process/run.ts";
import type { Command } from "./command.ts";

/** What a machine of a lab is made of. Everything may be left out. */
export interface TestMachineOptions {
  /** Debian packages in its image besides systemd and the SSH server. */
  readonly packages?: readonly string[] | undefined;
  /** Bytes of its disk, so that it can be filled; without it the computer's own disk is the limit. */
  readonly disk?: number | undefined;
  /** Bytes of memory. */
  readonly memory?: number | undefined;
  /** Further host names that lead to it. */
  readonly aliases?: readonly string[] | undefined;
  /** Addresses of the name servers it asks; the lab's own when not given. */
  readonly nameservers?: readonly string[] | undefined;
  /** Files that it has before it boots. */
  readonly files?: readonly MachineFile[] | undefined;
  /** Folders or files of this computer that are copied into it before it boots: path there → path here. */
  readonly copies?: Readonly<Record<string, string>> | undefined;
  /** Folders of this computer that it sees while it runs. */
  readonly binds?: readonly Bind[] | undefined;
  /** Whether containers can run in it. */
  readonly containers?: boolean | undefined;
}

/** How long a condition is awaited, in milliseconds; 60,000 when not given. */
export interface WaitOptions {
  readonly timeout?: number | undefined;
}

/**
 * A real machine of a lab, with the vocabulary of the NixOS test driver. Commands run as root inside the machine,
 * also when its network is cut. Everything that does not come out as asked throws a `Failure` that says what was seen.
 */
export interface TestMachine {
  readonly name: string;
  readonly address: string;
  readonly options: TestMachineOptions;
  /** The machine below, once the lab was started. */
  readonly local: () => LocalMachine;
  /** The public SSH host key, type and key, once the lab was started. */
  readonly hostKey: () => string;

  /**
   * Runs a command and gives its exit code and what it printed. It is over when everything that it started has closed
   * its output: `systemd-run` is the way to leave something running.
   */
  readonly execute: (command: Command, options?: ExecOptions) => Promise<RunResult>;
  /** Runs a command that must end with 0, and gives its standard output. */
  readonly succeed: (command: Command, options?: ExecOptions) => Promise<string>;
  /** Runs a command that must not end with 0. */
  readonly fail: (command: Command, options?: ExecOptions) => Promise<RunResult>;

  /** Waits until a command ends with 0, and gives its standard output. */
  readonly waitUntilSucceeds: (command: Command, options?: WaitOptions) => Promise<string>;
  /** Waits until a command does not end with 0. */
  readonly waitUntilFails: (command: Command, options?: WaitOptions) => Promise<RunResult>;
  /** Waits until a unit is active; throws at once when it has failed, or is not even being started. */
  readonly waitForUnit: (unit: string, options?: WaitOptions) => Promise<void>;
  /** Waits until a TCP port of the machine takes connections, on 127.0.0.1 or the address given. */
  readonly waitForOpenPort: (port: number, options?: WaitOptions & { readonly address?: string }) => Promise<void>;
  /** Waits until a TCP port of the machine takes no connections. */
  readonly waitForClosedPort: (port: number, options?: WaitOptions & { readonly address?: string }) => Promise<void>;
  readonly waitForFile: (path: string, options?: WaitOptions) => Promise<void>;
  /** Waits until the machine answers SSH. */
  readonly waitUntilReachable: (options?: WaitOptions) => Promise<void>;

  readonly readFile: (path: string) => Promise<string>;
  /** Writes a file whole; its folder is made when missing. */
  readonly writeFile: (path: string, content: string | Buffer, mode?: number) => Promise<void>;
  /** Copies a file, or what is in a folder, of this computer to a path in the machine. */
  readonly copyFromHost: (source: string, target: string) => Promise<void>;
  /** Copies a file, or what is in a folder, of the machine to a path on this computer. */
  readonly copyFromMachine: (source: string, target: string) => Promise<void>;
  /** The journal of this boot, of one unit or whole. */
  readonly journal: (unit?: string) => Promise<string>;

  /** Cuts the machine off at once: packets get lost as with a broken switch, nobody is told. It lasts over reboots that the driver makes. */
  readonly block: () => Promise<void>;
  /** Joins the machine to the network again. */
  readonly unblock: () => Promise<void>;
  /** Adds to the round-trip time to the machine; 0 removes it. @throws Failure `no-netem` */
  readonly delay: (milliseconds: number) => Promise<void>;

  /** Starts the machine when it does not run, and waits until it answers SSH. */
  readonly start: () => Promise<void>;
  /** Ends the machine as if its power failed. */
  readonly crash: () => Promise<void>;
  /** Shuts the machine down from inside. */
  readonly shutdown: () => Promise<void>;
  /** Reboots the machine from inside, and waits until it answers SSH (or only has booted, when it is blocked). */
  readonly reboot: () => Promise<void>;
  readonly isRunning: () => Promise<boolean>;
  /** Changes with every boot (random(4)). */
  readonly bootId: () => Promise<string>;

  /** Fills the disk of a machine that has the option `disk`, to the last byte. */
  readonly fillDisk: () => Promise<void>;
  readonly freeDisk: () => Promise<void>;
}
