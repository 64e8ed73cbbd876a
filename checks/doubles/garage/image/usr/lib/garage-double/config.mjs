import { readFileSync, statSync } from "node:fs";
import { parseToml } from "./toml.mjs";

/** @import { Address, Config } from "../../../../types.ts" */
/** @import { TomlValue } from "./toml.mjs" */

/**
 * Says what is wrong with a value, or nothing.
 * @typedef {(value: TomlValue) => string | undefined} Format
 */

/** @type {Format} */
const text = (value) => (typeof value === "string" ? undefined : "not a string");
/** @type {Format} */
const flag = (value) => (typeof value === "boolean" ? undefined : "not a boolean");
/** @type {Format} */
const count = (value) => (Number.isInteger(value) && Number(value) >= 0 ? undefined : "not a whole number");
/** @type {Format} */
const path = (value) => (typeof value === "string" && value.startsWith("/") ? undefined : "not an absolute path");
/** @type {Format} */
const texts = (value) =>
  Array.isArray(value) && value.every((item) => typeof item === "string") ? undefined : "not a list of strings";
/** @type {Format} */
const address = (value) =>
  typeof value === "string" && (value.startsWith("/") || parseAddress(value))
    ? undefined
    : "not an IP address with a port";
/** @type {Format} */
const capacity = (value) =>
  count(value) === undefined || (typeof value === "string" && /^[0-9]+(\.[0-9]+)? ?[KMGTP]?(i?B)?$/i.test(value))
    ? undefined
    : "not a size such as 1M";
/** @type {Format} */
const interval = (value) =>
  typeof value === "string" && /^([0-9]+ ?(s|sec|seconds?|m|min|minutes?|h|hours?|d|days?|w|weeks?) ?)+$/.test(value)
    ? undefined
    : "not a duration such as 6h";
/** @type {Format} */
const compression = (value) =>
  (Number.isInteger(value) && Number(value) >= -99 && Number(value) <= 22) ||
  (typeof value === "string" && value.toLowerCase() === "none")
    ? undefined
    : 'not a zstd level or "none"';
/** @type {Format} */
const domain = (value) =>
  typeof value === "string" && /^\.?([a-z0-9-]+\.)*[a-z0-9-]+$/.test(value) ? undefined : "not a domain in lower case";
/** @type {Format} */
const factor = (value) => (Number.isInteger(value) && Number(value) >= 1 ? undefined : "not a positive whole number");
/** @type {Format} */
const hexSecret = (value) =>
  typeof value === "string" && /^[0-9a-fA-F]{64}$/.test(value) ? undefined : "expected 32 bytes in hex (64 characters)";
/** @type {Format} */
const token = (value) => {
  if (typeof value !== "string" || value.trim() === "") return "empty";
  // Garage takes what precedes a dot for the id of a token in its own table, and never finds it there.
  return value.includes(".") ? "a token with a dot is never accepted" : undefined;
};
/** @param {...string} words @returns {Format} */
const oneOf =
  (...words) =>
  (value) =>
    typeof value === "string" && words.includes(value) ? undefined : `not one of ${words.join(", ")}`;
/** @type {Format} */
const directories = (value) =>
  Array.isArray(value) ? "several data directories are not supported by the double" : path(value);
/** @type {Format} */
const unsupported = () => "not supported by the double";

/**
 * Every key of garage.toml. Garage itself passes over keys that it does not know; the double refuses them, because a
 * misspelt key is what it is there to find.
 * @type {Readonly<Record<string, { format: Format; required?: true; removed?: string }>>}
 */
const keys = {
  metadata_dir: { format: path, required: true },
  data_dir: { format: directories, required: true },
  metadata_fsync: { format: flag },
  data_fsync: { format: flag },
  disable_scrub: { format: flag },
  use_local_tz: { format: flag },
  metadata_snapshots_dir: { format: path },
  metadata_auto_snapshot_interval: { format: interval },
  block_size: { format: capacity },
  block_max_concurrent_reads: { format: count },
  block_max_concurrent_writes_per_request: { format: count },
  block_ram_buffer_max: { format: capacity },
  replication_factor: { format: factor, required: true },
  consistency_mode: { format: oneOf("consistent", "degraded", "dangerous") },
  replication_mode: { format: text, removed: "removed in 2.0: use replication_factor and consistency_mode" },
  compression_level: { format: compression },
  allow_world_readable_secrets: { format: flag },
  allow_punycode: { format: flag },
  rpc_secret: { format: hexSecret },
  rpc_secret_file: { format: path },
  rpc_bind_addr: { format: address, required: true },
  rpc_bind_outgoing: { format: flag },
  rpc_public_addr: { format: text },
  rpc_public_addr_subnet: { format: text },
  rpc_ping_timeout_msec: { format: count },
  rpc_timeout_msec: { format: count },
  bootstrap_peers: { format: texts },
  consul_discovery: { format: unsupported },
  kubernetes_discovery: { format: unsupported },
  db_engine: { format: oneOf("sqlite", "lmdb", "fjall") },
  sled_cache_capacity: { format: count, removed: "removed in 1.0 with sled" },
  sled_flush_every_ms: { format: count, removed: "removed in 1.0 with sled" },
  lmdb_map_size: { format: capacity },
  fjall_block_cache_size: { format: capacity },
  "s3_api.api_bind_addr": { format: address },
  "s3_api.s3_region": { format: text, required: true },
  "s3_api.root_domain": { format: domain },
  "s3_api.public_endpoint": { format: text },
  "s3_api.public_endpoint_path_style": { format: flag },
  "k2v_api.api_bind_addr": { format: unsupported },
  "s3_web.bind_addr": { format: address },
  "s3_web.root_domain": { format: domain },
  "s3_web.index": { format: text },
  "s3_web.add_host_to_metrics": { format: flag },
  "admin.api_bind_addr": { format: address },
  "admin.admin_token": { format: token },
  "admin.admin_token_file": { format: path },
  "admin.metrics_token": { format: token },
  "admin.metrics_token_file": { format: path },
  "admin.metrics_require_token": { format: flag },
  "admin.trace_sink": { format: text },
};

/** Every GARAGE_ variable. @type {Readonly<Record<string, Format>>} */
const variables = {
  GARAGE_CONFIG_FILE: path,
  GARAGE_RPC_SECRET: hexSecret,
  GARAGE_RPC_SECRET_FILE: path,
  GARAGE_ADMIN_TOKEN: token,
  GARAGE_ADMIN_TOKEN_FILE: path,
  GARAGE_METRICS_TOKEN: token,
  GARAGE_METRICS_TOKEN_FILE: path,
  GARAGE_ALLOW_WORLD_READABLE_SECRETS: oneOf("true", "false"),
  GARAGE_RPC_HOST: text,
  GARAGE_DEFAULT_ACCESS_KEY: text,
  GARAGE_DEFAULT_SECRET_KEY: text,
  GARAGE_DEFAULT_BUCKET: text,
  GARAGE_LOG_TO_SYSLOG: oneOf("0", "1", "true", "false"),
  GARAGE_LOG_TO_JOURNALD: oneOf("0", "1", "true", "false"),
  GARAGE_LOG_FORMAT: oneOf("json", "default"),
};

/** Secrets can come from three places. */
const secrets = [
  { key: "rpc_secret", variable: "GARAGE_RPC_SECRET", format: hexSecret },
  { key: "admin.admin_token", variable: "GARAGE_ADMIN_TOKEN", format: token },
  { key: "admin.metrics_token", variable: "GARAGE_METRICS_TOKEN", format: token },
];

const ports = ["rpc_bind_addr", "s3_api.api_bind_addr", "s3_web.bind_addr", "admin.api_bind_addr"];

/**
 * @param {string} value
 * @returns {Address | undefined}
 */
export function parseAddress(value) {
  const found = /^(?:\[([0-9a-fA-F:]+)\]|([0-9]{1,3}(?:\.[0-9]{1,3}){3})):([0-9]{1,5})$/.exec(value);
  const port = Number(found?.[3]);
  if (!found || port > 65_535) return undefined;
  return { host: found[1] ?? found[2] ?? "", port };
}

/**
 * Values of another type have been complained about already.
 * @param {TomlValue | undefined} value
 */
const textOf = (value) => (typeof value === "string" ? value : "");

/**
 * Reads the configuration and checks all that was handed over. Problems are returned together, one line each.
 * @param {NodeJS.ProcessEnv} env
 * @returns {{ config: Config; problems: readonly string[] }}
 */
export function readConfig(env) {
  /** @type {string[]} */
  const problems = [];
  for (const [name, value] of Object.entries(env)) {
    if (!name.startsWith("GARAGE_") || value === undefined) continue;
    const format = Object.hasOwn(variables, name) ? variables[name] : () => "unknown variable";
    const problem = format?.(value);
    if (problem !== undefined) problems.push(`${name}: ${problem}`);
  }

  const file = env["GARAGE_CONFIG_FILE"] ?? "/etc/garage.toml";
  const before = problems.length;
  const values = readValues(file, problems);
  // What is missing in a file that cannot be read is not worth saying.
  const isRead = problems.length === before;
  for (const [name, value] of values) {
    const rule = Object.hasOwn(keys, name) ? keys[name] : undefined;
    const problem = rule ? (rule.removed ?? rule.format(value)) : "unknown key";
    if (problem !== undefined) problems.push(`${name}: ${problem}`);
  }
  for (const [name, rule] of Object.entries(keys)) {
    if (isRead && rule.required && !values.has(name)) problems.push(`${name}: missing in ${file}`);
  }
  if ([...values.keys()].some((name) => name.startsWith("s3_web.")) && !values.has("s3_web.bind_addr")) {
    problems.push(`s3_web.bind_addr: missing in ${file}`);
  }

  const lax =
    env["GARAGE_ALLOW_WORLD_READABLE_SECRETS"] === "true" ||
    (env["GARAGE_ALLOW_WORLD_READABLE_SECRETS"] === undefined && values.get("allow_world_readable_secrets") === true);
  const [rpcSecret, adminToken, metricsToken] = secrets.map((secret) =>
    readSecret(secret, { env, values, lax, problems }),
  );
  if (isRead && rpcSecret === undefined)
    problems.push("rpc_secret: missing, neither in the configuration file nor in the environment");

  /** @type {Map<string, string>} */
  const taken = new Map();
  for (const name of ports) {
    const port = textOf(values.get(name)).split(":").at(-1) ?? "";
    const other = taken.get(port);
    if (port !== "" && other !== undefined) problems.push(`${name}: the same port as ${other}`);
    else taken.set(port, name);
  }

  /** @param {string} name */
  const string = (name) => (values.has(name) ? textOf(values.get(name)) : undefined);
  /** @param {string} name */
  const bind = (name) => parseAddress(string(name) ?? "");
  const peers = values.get("bootstrap_peers");
  return {
    problems,
    config: {
      metadataDir: string("metadata_dir") ?? "",
      dataDir: string("data_dir") ?? "",
      replicationFactor: Number(values.get("replication_factor")),
      rpcSecret: rpcSecret ?? "",
      rpcBind: bind("rpc_bind_addr") ?? { host: "127.0.0.1", port: 3901 },
      rpcPublic: string("rpc_public_addr"),
      s3Bind: bind("s3_api.api_bind_addr"),
      region: string("s3_api.s3_region") ?? "",
      s3RootDomain: string("s3_api.root_domain"),
      webBind: bind("s3_web.bind_addr"),
      webRootDomain: string("s3_web.root_domain"),
      adminBind: bind("admin.api_bind_addr"),
      adminToken: adminToken?.trim(),
      metricsToken: metricsToken?.trim(),
      metricsRequireToken: values.get("admin.metrics_require_token") === true,
      allowPunycode: values.get("allow_punycode") === true,
      bootstrapPeers: Array.isArray(peers) ? peers.map(String) : [],
    },
  };
}

/**
 * The file's values by their dotted names.
 * @param {string} file
 * @param {string[]} problems
 * @returns {Map<string, TomlValue>}
 */
function readValues(file, problems) {
  /** @type {Map<string, TomlValue>} */
  const values = new Map();
  try {
    for (const [name, value] of Object.entries(parseToml(readFileSync(file, "utf8")))) {
      if (typeof value !== "object" || Array.isArray(value) || Object.hasOwn(keys, name)) values.set(name, value);
      else for (const [inner, found] of Object.entries(value)) values.set(`${name}.${inner}`, found);
    }
  } catch (error) {
    problems.push(`${file}: ${/** @type {Error} */ (error).message}`);
  }
  return values;
}

/**
 * @param {(typeof secrets)[number]} secret
 * @param {{ env: NodeJS.ProcessEnv; values: Map<string, TomlValue>; lax: boolean; problems: string[] }} context
 * @returns {string | undefined}
 */
function readSecret({ key, variable, format }, { env, values, lax, problems }) {
  for (const [name, value, fileName, file] of /** @type {const} */ ([
    [variable, env[variable], `${variable}_FILE`, env[`${variable}_FILE`]],
    [key, values.get(key), `${key}_file`, values.get(`${key}_file`)],
  ])) {
    if (value !== undefined && file !== undefined)
      problems.push(`${name}: only one of ${name} and ${fileName} can be set`);
    if (value !== undefined) return textOf(value);
    if (typeof file !== "string") continue;
    try {
      const mode = statSync(file).mode & 0o777;
      if (!lax && (mode & 0o077) !== 0) {
        problems.push(`${fileName}: ${file} is world-readable (mode 0${mode.toString(8)}, expected 0600)`);
      }
      const read = readFileSync(file, "utf8").trimEnd();
      const problem = format(read);
      if (problem !== undefined) problems.push(`${fileName}: ${problem}`);
      return read;
    } catch (error) {
      problems.push(`${fileName}: ${/** @type {Error} */ (error).message}`);
      return "";
    }
  }
  return undefined;
}
