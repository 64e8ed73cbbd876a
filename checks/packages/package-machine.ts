import { copyFile, mkdir, mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { resolvePackages } from "../../src/providers/machine/packages/resolve-packages.ts";
import type { RunResult } from "../../src/providers/process/run.ts";
import type { TestMachine } from "../driver/test-machine.ts";
import type { Scene } from "./scene.ts";

/** The program that a machine runs. */
const program = join(import.meta.dirname, "../../src/providers/machine/packages/packages.sh");
const record = "/var/lib/check/record";
const wanted = "/var/lib/check/wanted";

/** A package of the check's own, made on the machine. */
export interface OwnPackage {
  readonly name: string;
  readonly version?: string;
  readonly depends?: string;
  /** Lines of its postinst, which runs with `set -e`. */
  readonly postinst?: readonly string[];
  /** Text of its unit `/usr/lib/systemd/system/NAME.service`. */
  readonly unit?: string;
  /** Text of its configuration file `/etc/NAME.conf`. */
  readonly configuration?: string;
}

/** A machine on which packages are installed and removed as a deployment does it. */
export interface PackageMachine {
  readonly machine: TestMachine;
  /** Puts the files that the wanted packages need into a folder of the machine. @returns the folder */
  readonly offer: (names: readonly string[]) => Promise<string>;
  /** Builds a package. @returns the path of the file on the machine */
  readonly build: (own: OwnPackage) => Promise<string>;
  readonly install: (folder: string, names: readonly string[]) => Promise<RunResult>;
  readonly remove: (names: readonly string[], mode: "remove" | "purge") => Promise<RunResult>;
  /** Arguments of the program, for those who run it in another way. */
  readonly argumentsFor: (verb: "install" | "purge", folder: string) => readonly string[];
  readonly want: (names: readonly string[]) => Promise<void>;
  /** Every package with its state, every automatic mark, every enabled unit: what must be the same again. */
  readonly snapshot: () => Promise<string>;
  readonly record: () => Promise<readonly string[]>;
  /** Paths that only a run under way may leave. */
  readonly leftovers: () => Promise<string>;
}

/** Gives a machine its program; the machine runs. */
export function packageMachine(machine: TestMachine, { folder, cache }: Scene): PackageMachine {
  const script = "/var/lib/check/packages.sh";
  const want = (names: readonly string[]): Promise<void> =>
    machine.writeFile(wanted, names.map((name) => `${name}\n`).join(""));
  const ready = machine.copyFromHost(program, script);
  const argumentsFor = (verb: "install" | "purge", offered: string): readonly string[] =>
    verb === "install"
      ? ["sh", script, "install", offered, wanted, record]
      : ["sh", script, "remove", record, wanted, "purge"];
  return {
    machine,
    want,
    argumentsFor,
    offer: async (names) => {
      const status = await machine.succeed(
        "cat /var/lib/dpkg/status; for file in /var/lib/dpkg/updates/[0-9]*; do " +
          'if [ -e "$file" ]; then echo; cat "$file"; fi; done',
      );
      const { install } = await resolvePackages({ names, status, architecture: "amd64", cache });
      const files = await mkdtemp(join(folder, "offer-"));
      const target = `/var/lib/check/offer-${names.join("-")}`;
      await mkdir(join(files, "d"));
      for (const file of install) await copyFile(file.path, join(files, "d", file.fileName));
      await machine.succeed(["rm", "-rf", target]);
      await machine.succeed(["mkdir", "-p", target]);
      await machine.copyFromHost(join(files, "d"), target);
      return target;
    },
    build: async ({ name, version = "1", depends, postinst, unit, configuration }) => {
      const source = `/var/lib/check/build/${name}`;
      const target = `/var/lib/check/own/${name}_${version}/${name}_${version}_all.deb`;
      const control = [
        `Package: ${name}`,
        `Version: ${version}`,
        "Architecture: all",
        "Maintainer: check <check@example.org>",
      ];
      if (depends !== undefined) control.push(`Depends: ${depends}`);
      control.push("Description: a package of the check", "");
      await machine.succeed(["rm", "-rf", source]);
      await machine.writeFile(`${source}/DEBIAN/control`, control.join("\n"));
      if (postinst !== undefined) {
        await machine.writeFile(
          `${source}/DEBIAN/postinst`,
          ["#!/bin/sh", "set -e", ...postinst, ""].join("\n"),
          0o755,
        );
      }
      if (unit !== undefined) await machine.writeFile(`${source}/usr/lib/systemd/system/${name}.service`, unit);
      if (configuration !== undefined) {
        await machine.writeFile(`${source}/etc/${name}.conf`, configuration);
        await machine.writeFile(`${source}/DEBIAN/conffiles`, `/etc/${name}.conf\n`);
      }
      await machine.succeed(["mkdir", "-p", `/var/lib/check/own/${name}_${version}`]);
      await machine.succeed(["dpkg-deb", "--build", "--root-owner-group", source, target]);
      return target;
    },
    install: async (offered, names) => {
      await ready;
      await want(names);
      return machine.execute(argumentsFor("install", offered));
    },
    remove: async (names, mode) => {
      await ready;
      await want(names);
      return machine.execute(["sh", script, "remove", record, wanted, mode]);
    },
    snapshot: () =>
      machine.succeed(
        "dpkg-query -W -f='${Package} ${db:Status-Status}\\n' | sort; apt-mark showauto | sort | sed 's/$/ auto/'; " +
          "systemctl list-unit-files --no-legend --state=enabled | sort",
      ),
    record: async () => (await machine.succeed(["cat", record])).split("\n").filter((line) => line !== ""),
    leftovers: () =>
      machine.succeed(
        `ls -d ${record}.pending ${record}.new /usr/sbin/policy-rc.d /run/fediversity-packages /tmp/tmp.* ` +
          "/run/systemd/system-preset/00-fediversity-packages.preset 2>/dev/null || :",
      ),
  };
}
