import { spawn } from "node:child_process";
import { once } from "node:events";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Failure } from "../../src/model/failure.ts";
import { readArchive, type Archive } from "../../src/providers/local-machine/archive.ts";
import { imageRelease } from "../../src/providers/local-machine/image-recipe.ts";
import { networkCommand, type Network } from "../../src/providers/local-machine/network-record.ts";
import { archiveProxy } from "./archive-proxy.ts";
import type { TestMachine } from "./test-machine.ts";

// The same file beside this one, whether this runs from its sources or compiled.
const relay = fileURLToPath(new URL(`archive-relay${extname(import.meta.url)}`, import.meta.url));
const firstPort = 3142;

/** Gives the apt.conf(5) of a machine that reaches the archive through a proxy. */
export function renderAptConfiguration(archive: Archive, proxy: string): string {
  const kept = archive.settings.filter((setting) => !/^Acquire::https?::Proxy/i.test(setting));
  return [...kept, `Acquire::http::Proxy "${proxy}"`].map((setting) => `${setting};\n`).join("");
}

/** Gives the sources.list(5) of a machine. */
export function renderSources(archive: Archive): string {
  return archive.repositories.map(({ uri, suite }) => `deb ${uri} ${suite} main\n`).join("");
}

/**
 * Opens a way to the Debian archive for one machine of a lab and sets its apt up for it.
 * @param number how many ways the lab has already
 * @returns closes the way
 * @throws Failure `no-archive`, `check-archive`
 */
export async function openArchive(options: {
  readonly folder: string;
  readonly network: Network;
  readonly machine: TestMachine;
  readonly number: number;
}): Promise<() => Promise<void>> {
  const { network, machine } = options;
  const archive = await readArchive(imageRelease);
  const socket = join(options.folder, `archive-${machine.name}.sock`);
  const port = firstPort + options.number;
  const server = archiveProxy(archive).listen(socket);
  server.unref();
  await once(server, "listening");
  const listener = [process.execPath, relay, network.address, String(port), machine.address, socket];
  const [command = "nsenter", ...args] = [...networkCommand(network), ...listener];
  const child = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
  const outcome = await Promise.race([once(child.stdout, "data").then(() => "listens"), once(child, "exit")]);
  if (outcome !== "listens") {
    server.close();
    throw new Failure({
      code: "check-archive",
      attempted: `open a way to the Debian archive for machine ${machine.name}`,
      subject: machine.name,
      found: `the relay in the lab's network ended at once`,
      next: "Read what it printed above.",
    });
  }
  child.unref();
  await machine.writeFile(
    "/etc/apt/apt.conf.d/00archive",
    renderAptConfiguration(archive, `http://${network.address}:${String(port)}`),
  );
  await machine.writeFile("/etc/apt/sources.list", renderSources(archive));
  return async () => {
    child.ref();
    child.stdin.end();
    if (child.exitCode === null) await once(child, "exit");
    server.closeAllConnections();
    server.close();
  };
}
