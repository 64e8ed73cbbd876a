import assert from "node:assert/strict";
import type { Lab } from "../driver/lab.ts";
import type { TestMachine } from "../driver/test-machine.ts";
import type { Deployer } from "./deployer.ts";

/** What every step of the check works with. */
export interface Scene {
  readonly lab: Lab;
  readonly deployer: Deployer;
  readonly hello: TestMachine;
  readonly cowsay: TestMachine;
}

/** The number of a machine's generation in force. */
export async function generation(machine: TestMachine): Promise<number> {
  return Number((await machine.succeed("basename $(readlink /var/lib/fediversity/current)")).trim());
}

/** What the configuration of a machine's probe says. */
export async function greetingOn(machine: TestMachine): Promise<string> {
  return (await machine.succeed(`cat /etc/probe-${machine.name}.conf`)).trim();
}

/** When each of the probe's units was last started. */
export async function startsOf(machine: TestMachine): Promise<Readonly<Record<string, string>>> {
  const names = [`probe-${machine.name}.service`, `probe-${machine.name}-beside.service`];
  const entries = await Promise.all(
    names.map(async (name) => {
      const found = await machine.succeed(["systemctl", "show", "-P", "ActiveEnterTimestampMonotonic", name]);
      return [name, found.trim()] as const;
    }),
  );
  return Object.fromEntries(entries);
}

/** Makes sure that nothing of ours is pending, failed or half-made on a machine. */
export async function assertSettled(machine: TestMachine): Promise<void> {
  await machine.fail("test -e /var/lib/fediversity/pending");
  assert.equal((await machine.succeed("systemctl list-timers --all --no-legend 'fediversity-*' | wc -l")).trim(), "0");
  assert.equal((await machine.succeed("systemctl --failed --no-legend | wc -l")).trim(), "0", "no unit has failed");
  await machine.waitForUnit(`probe-${machine.name}.service`);
}

/** Everything on a machine's disk, and of its network, that a removal must not leave behind, as sorted lines. */
export async function inventory(machine: TestMachine): Promise<readonly string[]> {
  const ignored = [
    "/proc",
    "/sys",
    "/dev",
    "/run",
    "/tmp",
    "/var/tmp",
    "/var/log",
    "/var/cache",
    "/var/lib/apt",
    "/var/lib/dpkg",
    "/var/lib/systemd",
  ];
  const prune = ignored.flatMap((path, index) => [...(index === 0 ? [] : ["-o"]), "-path", path]);
  const files = await machine.succeed([
    "find",
    "/",
    "-xdev",
    "(",
    ...prune,
    ")",
    "-prune",
    "-o",
    "-printf",
    "%p %y %m %u %g %l\n",
  ]);
  const packages = await machine.succeed(["dpkg-query", "-W", "-f", "package ${Package} ${db:Status-Status}\n"]);
  const accounts = await machine.succeed(
    "getent passwd; getent group; systemctl list-unit-files --no-legend; ss -Hltn 2>/dev/null | sort",
  );
  const settings = await machine.succeed("grep --with-filename . /proc/sys/net/ipv4/tcp_retries*");
  const ours =
    /^\/(?:etc\/(?:passwd-|shadow-|group-|gshadow-|subuid-?|subgid-?|\.pwd\.lock|\.updated)|var\/\.updated|root)(?: |\/)/;
  return [files, packages, accounts, settings]
    .flatMap((text) => text.split("\n"))
    .filter((line) => line !== "" && !ours.test(line))
    .toSorted();
}
