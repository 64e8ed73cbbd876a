import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runOk } from "../process/run.ts";
import { isMissing } from "./missing.ts";
import { networkCommand, type AddressEntry, type Network } from "./network-record.ts";
import { until } from "./until.ts";

function pidFile(runFolder: string): string {
  return join(runFolder, "dnsmasq.pid");
}

/**
 * Gives the arguments for dnsmasq(8): a name server for the network's machines only, which knows their names, answers
 * at once that others do not exist, and asks nobody.
 */
export function nameServerArguments(network: Network): string[] {
  return [
    "--conf-file=/dev/null",
    "--no-resolv",
    "--no-hosts",
    "--local=//",
    "--address=/#/",
    "--bind-interfaces",
    `--listen-address=${network.address}`,
    `--addn-hosts=${join(network.runFolder, "hosts")}`,
    `--pid-file=${pidFile(network.runFolder)}`,
    "--user=nobody",
    "--group=nogroup",
  ];
}

/** Writes a hosts(5) file. */
export function renderHosts(entries: readonly AddressEntry[]): string {
  return entries.map((entry) => `${entry.address} ${entry.names.join(" ")}\n`).join("");
}

async function writeHosts(runFolder: string, entries: readonly AddressEntry[]): Promise<void> {
  const hosts = join(runFolder, "hosts");
  await writeFile(`${hosts}.new`, renderHosts(entries), { mode: 0o644 });
  await rename(`${hosts}.new`, hosts);
}

/** The pid of the network's own name server: one that was started with this pid file. */
async function nameServerPid(runFolder: string): Promise<number | undefined> {
  try {
    const pid = Number(await readFile(pidFile(runFolder), "utf8"));
    if (!Number.isInteger(pid) || pid <= 0) return undefined;
    const command = (await readFile(`/proc/${String(pid)}/cmdline`, "utf8")).split("\0");
    return command.includes(`--pid-file=${pidFile(runFolder)}`) ? pid : undefined;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Tells whether the name server of a network runs. */
export async function isNameServerRunning(runFolder: string): Promise<boolean> {
  return (await nameServerPid(runFolder)) !== undefined;
}

/**
 * Starts the name server of a network; it runs until {@link stopNameServer}, also after this program has ended.
 * @throws Failure `command-failed` when it cannot listen
 */
export async function startNameServer(network: Network, entries: readonly AddressEntry[]): Promise<void> {
  await mkdir(network.runFolder, { recursive: true, mode: 0o755 });
  await writeHosts(network.runFolder, entries);
  const [command = "dnsmasq", ...args] = [...networkCommand(network), "dnsmasq", ...nameServerArguments(network)];
  await runOk(command, args);
}

/** Gives the name server of a network new names; it reads them on SIGHUP (dnsmasq(8), NOTES). */
export async function tellNameServer(runFolder: string, entries: readonly AddressEntry[]): Promise<void> {
  const pid = await nameServerPid(runFolder);
  if (pid === undefined) return;
  await writeHosts(runFolder, entries);
  process.kill(pid, "SIGHUP");
}

/** Ends the name server of a network and awaits its end. */
export async function stopNameServer(runFolder: string): Promise<void> {
  const pid = await nameServerPid(runFolder);
  if (pid === undefined) return;
  process.kill(pid, "SIGTERM");
  const gone = async (): Promise<true | undefined> =>
    (await nameServerPid(runFolder)) === undefined ? true : undefined;
  if ((await until(gone, { timeout: 2000 })) === undefined) process.kill(pid, "SIGKILL");
}
