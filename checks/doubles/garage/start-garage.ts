import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { chmod, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { exchange, type Target } from "./garage-client.ts";
import { contractDomains } from "./contract/contract-case.ts";

export const doubleProgram = [process.execPath, fileURLToPath(new URL("image/garage", import.meta.url))];

export const environmentOf = (folder: string) => ({
  GARAGE_CONFIG_FILE: join(folder, "garage.toml"),
  DOUBLE_FILE: join(folder, "double.json"),
  RUST_LOG: "garage=warn",
});

/** The ports in a configuration, in the order in which they are there. */
async function usedPorts(folder: string) {
  const text = await readFile(join(folder, "garage.toml"), "utf8");
  return [...text.matchAll(/bind_addr = "127\.0\.0\.1:(\d+)"/g)].map(([, port]) => Number(port));
}

async function freePorts(count: number) {
  const servers = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
  await Promise.all(servers.map((server) => once(server, "listening")));
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => once(server.close(), "close")));
  return ports;
}

export interface Started {
  readonly target: Target;
  readonly process: ChildProcess;
  /** Where other nodes reach it. */
  readonly rpc: string;
  readonly output: () => string;
}

interface Options {
  readonly program: readonly string[];
  readonly version?: string;
  readonly fault?: string;
  readonly replicas?: number;
  readonly rpcSecret?: string;
  readonly arguments?: readonly string[];
  /** Where the folder has been used before: the same configuration again. */
  readonly again?: true;
}

/** Starts Garage or its double in a folder, with ports that are free, and waits until all three answer. */
export async function startGarage(folder: string, options: Options): Promise<Started> {
  const { program, version = "2.5.0", fault = null, rpcSecret = randomBytes(32).toString("hex") } = options;
  const [rpc, s3, web, admin] = options.again ? await usedPorts(folder) : await freePorts(4);
  const at = (port: number | undefined) => `127.0.0.1:${String(port)}`;
  const token = "dG9rZW4gb2YgMzIgYnl0ZXMgZm9yIHRoZSBjb250cmFjdA==";
  const config = `metadata_dir = "${folder}/meta"
data_dir = "${folder}/data"
db_engine = "sqlite"
replication_factor = ${String(options.replicas ?? 1)}
rpc_secret = "${rpcSecret}"
rpc_bind_addr = "${at(rpc)}"
rpc_public_addr = "${at(rpc)}"
[s3_api]
api_bind_addr = "${at(s3)}"
s3_region = "garage"
root_domain = "${contractDomains.s3}"
[s3_web]
bind_addr = "${at(web)}"
root_domain = "${contractDomains.web}"
index = "index.html"
[admin]
api_bind_addr = "${at(admin)}"
admin_token_file = "${folder}/token"
metrics_require_token = true
`;
  if (!options.again) await writeFile(join(folder, "garage.toml"), config);
  await writeFile(join(folder, "token"), `${token}\n`);
  await chmod(join(folder, "token"), 0o600);
  // The real one is 2.5.0: what it does is what the double of that version must do.
  await writeFile(join(folder, "double.json"), JSON.stringify({ version, fault }));
  const [command = "", ...args] = program;
  const env = environmentOf(folder);
  const started = spawn(command, [...args, "server", ...(options.arguments ?? [])], {
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [started.stdout, started.stderr])
    stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const target = {
    admin: `http://${at(admin)}`,
    s3: `http://${at(s3)}`,
    web: `http://${at(web)}`,
    token,
    region: "garage",
  };
  const deadline = Date.now() + 20_000;
  for (;;) {
    const answers = await Promise.allSettled([target.admin, target.s3, target.web].map((url) => exchange(url)));
    if (answers.every(({ status }) => status === "fulfilled"))
      return { target, process: started, rpc: at(rpc), output: () => output };
    assert.ok(started.exitCode === null && Date.now() < deadline, output);
    await new Promise((resolve) => void setTimeout(resolve, 50));
  }
}

export async function stopGarage({ process: started }: Started, signal: NodeJS.Signals = "SIGTERM") {
  started.kill(signal);
  if (started.exitCode === null && started.signalCode === null) await once(started, "exit");
}
