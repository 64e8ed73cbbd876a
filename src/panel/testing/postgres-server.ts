import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { chmod, chown, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import pg from "pg";
import { openDatabase } from "../database/database.ts";

/** A real PostgreSQL server of a test run. */
export interface PostgresServer {
  /** Makes a database. @returns its URL */
  make(options: { readonly tables: boolean }): Promise<string>;
  stop(): Promise<void>;
}

/** Where Debian's packages put the server, the newest first. */
function programs(): string | undefined {
  const root = "/usr/lib/postgresql";
  try {
    const versions = readdirSync(root).toSorted((a, b) => Number(b) - Number(a));
    return versions.map((version) => join(root, version, "bin")).find((bin) => readdirSync(bin).includes("initdb"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

const bin = programs();

/** Why no test can run on a server; nothing where one can. */
export const lacking: string | undefined =
  bin === undefined ? "PostgreSQL is not on this computer: apt install postgresql" : undefined;

/** The server refuses to be root: it runs as its own user, and ends with this process. */
function command(program: string, parameters: readonly string[]): readonly [string, readonly string[]] {
  const own = join(bin ?? "", program);
  if (process.getuid?.() !== 0) return [own, parameters];
  const user = ["--reuid=postgres", "--regid=postgres", "--clear-groups", "--pdeathsig=INT"];
  return ["setpriv", [...user, own, ...parameters]];
}

function run(program: string, parameters: readonly string[]): void {
  const { status, stderr, error } = spawnSync(...command(program, parameters), { encoding: "utf8", cwd: "/" });
  if (status !== 0) throw new Error(`${program} ended with ${String(status)}: ${stderr}`, { cause: error });
}

/**
 * Starts a server with databases of its own. Stop it at the end.
 * @param options.durable whether it waits for its disk, as it does where it matters what is in it
 */
export async function startPostgres(options: { readonly durable: boolean }): Promise<PostgresServer> {
  // Not in TMPDIR, which may be closed to the server's user.
  const folder = await mkdtemp("/tmp/fedipanel-postgres-");
  if (process.getuid?.() === 0) {
    const [uid, gid] = ["-u", "-g"].map((one) =>
      Number(spawnSync("id", [one, "postgres"], { encoding: "utf8" }).stdout),
    );
    await chown(folder, uid ?? 0, gid ?? 0);
  }
  await chmod(folder, 0o700);
  const data = join(folder, "data");
  run("initdb", ["-D", data, "-U", "panel", "--auth=trust", "--no-sync", "--locale=C.UTF-8", "--encoding=UTF8"]);
  const reach = ["listen_addresses=", `unix_socket_directories=${folder}`, "max_connections=60"];
  const settings = [...reach, `fsync=${options.durable ? "on" : "off"}`];
  const [program, parameters] = command("postgres", ["-D", data, ...settings.flatMap((one) => ["-c", one])]);
  const server = spawn(program, parameters, { cwd: "/", stdio: ["ignore", "ignore", "pipe"] });
  const ended = once(server, "exit");
  const said: string[] = [];
  const lines = createInterface(server.stderr);
  await new Promise<void>((resolve, reject) => {
    lines.on("line", (line) => {
      if (said.push(line) > 50) said.shift();
      if (line.includes("ready to accept connections")) resolve();
    });
    void ended.then(() => reject(new Error(`PostgreSQL ended: ${said.join("\n")}`)));
  });
  const url = (name: string): string => `postgresql://panel@localhost/${name}?host=${encodeURIComponent(folder)}`;
  const create = async (name: string, template: string): Promise<string> => {
    const client = new pg.Client({ connectionString: url("postgres") });
    await client.connect();
    await client.query(`create database ${name} template ${template}`);
    await client.end();
    return url(name);
  };
  let filled: Promise<void> | undefined;
  let number = 0;
  return {
    async make({ tables }) {
      filled ??= (async () =>
        (await openDatabase({ kind: "server", url: await create("filled", "template0") })).close())();
      if (tables) await filled;
      return await create(`test${String((number += 1))}`, tables ? "filled" : "template0");
    },
    async stop() {
      server.kill("SIGINT");
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

let running: Promise<PostgresServer> | undefined;

/** The server of this process, started for the first who asks. */
export function postgresServer(): Promise<PostgresServer> {
  running ??= startPostgres({ durable: false });
  return running;
}

/** Ends the server of this process, if it was started. */
export async function stopPostgres(): Promise<void> {
  const server = running;
  running = undefined;
  await (await server)?.stop();
}
