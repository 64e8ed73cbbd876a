import { existsSync, mkdirSync } from "node:fs";
import { formatAdminError, handleAdmin, runCall } from "./admin.mjs";
import * as buckets from "./buckets.mjs";
import { isSince, readBuild } from "./build.mjs";
import { callNode, introduce, lookAround, meet, ownAddress, serveRpc } from "./cluster.mjs";
import { readConfig } from "./config.mjs";
import { serve } from "./http.mjs";
import { applyStaged, layoutOf, stage } from "./layout.mjs";
import { makeNodeId, readNodeId } from "./node-key.mjs";
import { formatS3Error, handleS3 } from "./s3.mjs";
import { flush, noting, takeOver } from "./replicate.mjs";
import { openStore } from "./store.mjs";
import { formatWebError, handleWeb } from "./web.mjs";

/** @import { Config, Layout, Node } from "../../../../types.ts" */

const build = readBuild();

/** @param {readonly string[]} problems @returns {never} */
function refuse(problems) {
  for (const problem of problems) console.error(`double: ${problem}`);
  process.exit(1);
}

/** @returns {Config} */
function checkedConfig() {
  const { config, problems } = readConfig(process.env);
  return problems.length > 0 ? refuse(problems) : config;
}

/** @param {readonly string[]} flags */
async function runServer(flags) {
  const known = ["--single-node", "--default-access-key", "--default-bucket"];
  const problems = flags.flatMap((flag) =>
    known.includes(flag) ? [] : [`${flag}: unknown argument of garage server`],
  );
  if (flags.length > 0 && !isSince(build, "2.3.0")) problems.push(`${flags.join(" ")}: there since 2.3.0`);
  if (flags.some((flag) => flag.startsWith("--default")) && !flags.includes("--single-node")) {
    problems.push("--default-access-key and --default-bucket: only in single-node mode");
  }
  if (problems.length > 0) refuse(problems);
  const config = checkedConfig();

  mkdirSync(config.dataDir, { recursive: true });
  const id = makeNodeId(config.metadataDir);
  const own = openStore(config.metadataDir, build);
  /** @type {Node["outbox"]} */
  const outbox = [];
  const store = noting(own, (...line) => void outbox.push(line));
  /** @type {Node} */
  const node = { config, build, id, store, peers: new Map(), outbox };
  if (flags.includes("--single-node")) setUpSingleNode(node, flags);

  const rpc = serveRpc(node, async (path, body) => {
    if (path === "/hello") {
      // Who says hello waits for the answer alone, not for whom we get to know by it.
      void meet(node, body);
      return introduce(node);
    }
    if (path === "/layout") {
      const layout = /** @type {Layout} */ (body);
      if (layout.version >= layoutOf(node).version) node.store.put("layout", "current", layout);
      return null;
    }
    if (path === "/data") {
      takeOver(node, own, body);
      return null;
    }
    const {
      name,
      query,
      body: given,
    } = /** @type {{ name: string; query: Record<string, string>; body: unknown }} */ (body);
    return (await runCall(node, name, query, given)) ?? null;
  });
  const servers = [rpc];
  if (config.s3Bind) {
    const s3 = serve(
      config.s3Bind,
      (request) => handleS3(node, request).finally(() => flush(node)),
      (error, path) => formatS3Error(node, error, path),
    );
    servers.push(s3);
  }
  if (config.webBind) servers.push(serve(config.webBind, async (request) => handleWeb(node, request), formatWebError));
  if (config.adminBind) {
    const admin = serve(
      config.adminBind,
      (request) => handleAdmin(node, request).finally(() => flush(node)),
      (error, path) => formatAdminError(node, error, path),
    );
    servers.push(admin);
  }
  for (const { server, host, port } of servers) {
    server.on("error", (error) => refuse([`${host}:${String(port)}: ${error.message}`]));
    server.listen(port, host);
  }
  await lookAround(node);
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(0));
}

/** @param {Node} node @param {readonly string[]} flags */
function setUpSingleNode(node, flags) {
  const { replicationFactor } = node.config;
  if (replicationFactor !== 1) refuse(["replication_factor: single-node mode requires 1"]);
  const layout = layoutOf(node);
  if (layout.version > 1) refuse(["--single-node: the layout's version is already superior to 1"]);
  if (layout.version === 0) {
    const roles = [{ id: node.id, zone: "dc1", tags: ["default"], capacity: 1024 ** 3 }];
    node.store.put("layout", "current", applyStaged(stage(layout, { roles, parameters: undefined }, 1), 1, 1));
  }
  if (!flags.some((flag) => flag.startsWith("--default"))) return;
  const names = [
    "GARAGE_DEFAULT_ACCESS_KEY",
    "GARAGE_DEFAULT_SECRET_KEY",
    ...(flags.includes("--default-bucket") ? ["GARAGE_DEFAULT_BUCKET"] : []),
  ];
  const missing = names.filter((name) => process.env[name] === undefined);
  if (missing.length > 0) refuse(missing.map((name) => `${name}: missing`));
  const [keyId = "", secret = "", bucketName] = names.map((name) => process.env[name]);
  try {
    const existing = node.store.all("keys").get(keyId);
    if (existing && existing.secret === undefined)
      refuse([`GARAGE_DEFAULT_ACCESS_KEY: ${keyId} was deleted, cannot add it back`]);
    if (existing && existing.secret !== secret) refuse([`GARAGE_DEFAULT_SECRET_KEY: ${keyId} has another secret key`]);
    const key = existing ?? { ...buckets.importKey(node, keyId, secret, "default access key"), createBucket: true };
    node.store.put("keys", keyId, key);
    if (bucketName === undefined) return;
    const bucket = buckets.resolveGlobal(node, bucketName) ?? buckets.createBucket(node, { globalAlias: bucketName });
    buckets.save(node, { ...bucket, keys: { ...bucket.keys, [keyId]: { read: true, write: true, owner: true } } });
  } catch (error) {
    refuse([`GARAGE_DEFAULT_*: ${/** @type {Error} */ (error).message}`]);
  }
}

/**
 * Asks the node that runs, over its RPC port, as Garage's command line does.
 * @param {string} name
 * @param {unknown} body
 * @param {Record<string, string>} query
 * @returns {Promise<unknown>}
 */
async function ask(name, body = {}, query = {}) {
  const config = checkedConfig();
  if (!existsSync(`${config.metadataDir}/node_key.pub`))
    return refuse(["node_key: not there: it is made when the node starts"]);
  try {
    return await callNode(config, ownAddress(config), "/call", { name, query, body });
  } catch (error) {
    console.error(`Error: ${/** @type {Error} */ (error).message}`);
    process.exit(1);
  }
}

/** @typedef {{ status: string }} Health */
/** @typedef {{ nodes: { id: string; addr: string; hostname: string; isUp: boolean; role: { zone: string; capacity: number | null } | null; garageVersion: string }[] }} Status */

async function printStatus() {
  const { nodes } = /** @type {Status} */ (await ask("GetClusterStatus"));
  for (const [title, up] of /** @type {const} */ ([
    ["HEALTHY", true],
    ["FAILED", false],
  ])) {
    const shown = nodes.filter(({ isUp }) => isUp === up);
    if (shown.length > 0) console.log(`==== ${title} NODES ====\nID  Hostname  Address  Zone  Capacity  Version`);
    for (const { id, hostname, addr, role, garageVersion } of shown) {
      const place = role ? `${role.zone}  ${String(role.capacity)}` : "NO ROLE ASSIGNED";
      console.log([id.slice(0, 16), hostname, addr, place, garageVersion].join("  "));
    }
  }
}

async function printHealth() {
  if (!isSince(build, "2.4.0")) refuse(["garage health: there since 2.4.0"]);
  const { status } = /** @type {Health} */ (await ask("GetClusterHealth"));
  console.log(`Cluster health:  ${status.toUpperCase()}`);
  if (status === "unavailable") {
    console.error("Error: Cluster is currently unavailable");
    process.exit(1);
  }
}

/** @param {string} name @param {string} json */
async function printJson(name, json) {
  const text = json === "-" ? await new Response(process.stdin).text() : json;
  const given = /** @type {Record<string, unknown>} */ (JSON.parse(text === "" ? "{}" : text) ?? {});
  const { body = given, ...query } = Object.hasOwn(given, "body") ? given : { body: given };
  const isQuery = /^(Get|List|Delete)/.test(name);
  const parameters = Object.entries(isQuery ? given : query).map(([key, value]) => [key, String(value)]);
  console.log(
    JSON.stringify(
      await ask(name, isQuery ? {} : body, /** @type {Record<string, string>} */ (Object.fromEntries(parameters))),
      undefined,
      2,
    ),
  );
}

const [command, ...rest] = process.argv.slice(2);
if (command === "-c" || command === "--config") {
  process.env["GARAGE_CONFIG_FILE"] = rest.shift();
  process.argv.splice(2, 2);
}
const [verb = "", ...options] = process.argv.slice(2);
if (verb === "server") await runServer(options);
else if (verb === "status" && options.length === 0) await printStatus();
else if (verb === "health") await printHealth();
else if (verb === "json-api") await printJson(options[0] ?? "", options[1] ?? "");
else if (verb === "--version" || verb === "-V") console.log(`garage v${build.version} [features: double, sqlite]`);
else if (verb === "node" && options[0] === "id") {
  const config = checkedConfig();
  const address = config.rpcPublic === undefined ? "" : `@${config.rpcPublic}`;
  console.log(`${readNodeId(config.metadataDir)}${address}`);
} else refuse([`garage ${[verb, ...options].join(" ")}: a command that the double does not know`]);
