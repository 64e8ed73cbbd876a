import type { Mutation } from "../double-image.ts";

/**
 * What `garage server` is started with when nothing is wrong. `FILE:<path>` is a file's content, written with mode 0600,
 * or with the octal one in `MODE:<path>`; everything else is a variable.
 */
export const valid = {
  "FILE:/etc/garage.toml": `metadata_dir = "/var/lib/garage/meta"
data_dir = "/var/lib/garage/data"
metadata_snapshots_dir = "/var/lib/garage/data/snapshots"
db_engine = "sqlite"
metadata_fsync = true
data_fsync = true
metadata_auto_snapshot_interval = "6h"
replication_factor = 1
compression_level = "none"
block_size = "10M"
rpc_secret_file = "/run/secrets/rpc_secret"
rpc_bind_addr = "127.0.0.1:3901"
rpc_public_addr = "127.0.0.1:3901"

[s3_api]
api_bind_addr = "127.0.0.1:3900"
s3_region = "garage"
root_domain = ".s3.example.org"

[s3_web]
bind_addr = "127.0.0.1:3902"
root_domain = ".web.example.org"
index = "index.html"

[admin]
api_bind_addr = "127.0.0.1:3903"
admin_token_file = "/run/secrets/admin_token"
metrics_token_file = "/run/secrets/metrics_token"
`,
  "FILE:/run/secrets/rpc_secret": `${"0123456789abcdef".repeat(4)}\n`,
  "FILE:/run/secrets/admin_token": "c2VjcmV0IGFkbWluIHRva2VuIG9mIDMyIGJ5dGVzISE=\n",
  "FILE:/run/secrets/metrics_token": "c2VjcmV0IG1ldHJpY3MgdG9rZW4gb2YgMzIgYnl0ZXM=\n",
} as const;

const toml = valid["FILE:/etc/garage.toml"];

/** The file with one line in another's place: by its key, or put in front of the whole where there is none. */
function edit(key: string, line: string): Mutation["env"] {
  const pattern = new RegExp(`^${key} = .*\n`, "m");
  const edited = pattern.test(toml) ? toml.replace(pattern, line === "" ? "" : `${line}\n`) : `${line}\n${toml}`;
  return { "FILE:/etc/garage.toml": edited };
}

const server = (description: string, env: Mutation["env"], refusal: string): Mutation => ({
  process: "server",
  description,
  env,
  refusal,
});

/** Ways to break what is handed to Garage. The one process is `server`: the image's own command. */
export const mutations: readonly Mutation[] = [
  server("no configuration file", { "FILE:/etc/garage.toml": undefined }, "/etc/garage.toml: ENOENT"),
  server("TOML that is not", { "FILE:/etc/garage.toml": "metadata_dir = \n" }, "expected a value"),
  server("a string that does not end", edit("db_engine", 'db_engine = "sqlite'), "line 4: a string that does not end"),
  server("a key twice", edit("db_engine", 'db_engine = "sqlite"\ndb_engine = "lmdb"'), "duplicate key `db_engine`"),
  server("a table twice", { "FILE:/etc/garage.toml": `${toml}[admin]\n` }, "duplicate table `admin`"),
  server("an unknown key", edit("metadata_sync", "metadata_sync = true"), "metadata_sync: unknown key"),
  server(
    "an unknown key in a table",
    edit("s3_region", 's3_region = "garage"\ns3_regoin = "x"'),
    "s3_api.s3_regoin: unknown key",
  ),
  server("an unknown table", { "FILE:/etc/garage.toml": `${toml}[s3]\nport = 1\n` }, "s3.port: unknown key"),
  server(
    "the old replication mode",
    edit("replication_mode", 'replication_mode = "none"'),
    "replication_mode: removed in 2.0",
  ),
  server(
    "a number as text",
    edit("replication_factor", 'replication_factor = "1"'),
    "replication_factor: not a positive whole number",
  ),
  server(
    "no copy at all",
    edit("replication_factor", "replication_factor = 0"),
    "replication_factor: not a positive whole number",
  ),
  server("an engine that is gone", edit("db_engine", 'db_engine = "sled"'), "db_engine: not one of"),
  server("a flag as text", edit("data_fsync", 'data_fsync = "yes"'), "data_fsync: not a boolean"),
  server("a size that is none", edit("block_size", 'block_size = "ten"'), "block_size: not a size"),
  server(
    "a level that is none",
    edit("compression_level", 'compression_level = "high"'),
    "compression_level: not a zstd level",
  ),
  server(
    "an interval that is none",
    edit("metadata_auto_snapshot_interval", 'metadata_auto_snapshot_interval = "often"'),
    "metadata_auto_snapshot_interval: not a duration",
  ),
  server("a relative folder", edit("data_dir", 'data_dir = "data"'), "data_dir: not an absolute path"),
  server(
    "a name as an address",
    edit("rpc_bind_addr", 'rpc_bind_addr = "localhost:3901"'),
    "rpc_bind_addr: not an IP address",
  ),
  server(
    "a port that is none",
    edit("rpc_bind_addr", 'rpc_bind_addr = "127.0.0.1:70000"'),
    "rpc_bind_addr: not an IP address",
  ),
  server(
    "two services on a port",
    edit("bind_addr", 'bind_addr = "127.0.0.1:3900"'),
    "s3_web.bind_addr: the same port as s3_api.api_bind_addr",
  ),
  server(
    "an address as a root domain",
    edit("root_domain", 'root_domain = "https://s3.example.org"'),
    "s3_api.root_domain: not a domain",
  ),
  ...["metadata_dir", "data_dir", "replication_factor", "rpc_bind_addr"].map((key) =>
    server(`no ${key}`, edit(key, ""), `${key}: missing`),
  ),
  server("no region", edit("s3_region", ""), "s3_api.s3_region: missing"),
  server("no address of the web port", edit("bind_addr", ""), "s3_web.bind_addr: missing"),
  server("no RPC secret", edit("rpc_secret_file", ""), "rpc_secret: missing"),
  server(
    "an RPC secret that is too short",
    { "FILE:/run/secrets/rpc_secret": "0123456789abcdef" },
    "rpc_secret_file: expected 32 bytes in hex",
  ),
  server(
    "an RPC secret that is not hex",
    { "FILE:/run/secrets/rpc_secret": "x".repeat(64) },
    "rpc_secret_file: expected 32 bytes in hex",
  ),
  server("a secret that is not there", { "FILE:/run/secrets/rpc_secret": undefined }, "rpc_secret_file: ENOENT"),
  server(
    "a secret that others can read",
    { "MODE:/run/secrets/admin_token": "0644" },
    "is world-readable (mode 0644, expected 0600)",
  ),
  server(
    "a secret that its group can read",
    { "MODE:/run/secrets/rpc_secret": "0640" },
    "is world-readable (mode 0640, expected 0600)",
  ),
  server(
    "a secret from two places",
    edit("admin_token_file", 'admin_token = "abc"\nadmin_token_file = "/run/secrets/admin_token"'),
    "admin.admin_token: only one of",
  ),
  server(
    "a secret from two variables",
    { GARAGE_ADMIN_TOKEN: "abc", GARAGE_ADMIN_TOKEN_FILE: "/run/secrets/admin_token" },
    "GARAGE_ADMIN_TOKEN: only one of",
  ),
  server("an empty token", { "FILE:/run/secrets/admin_token": "\n" }, "admin.admin_token_file: empty"),
  server(
    "a token with a dot",
    { "FILE:/run/secrets/admin_token": "one.two" },
    "admin.admin_token_file: a token with a dot",
  ),
  server(
    "an RPC secret in the environment that is none",
    { GARAGE_RPC_SECRET: "abc" },
    "GARAGE_RPC_SECRET: expected 32 bytes in hex",
  ),
  server("an unknown variable", { GARAGE_ADMIN_TOKENS: "abc" }, "GARAGE_ADMIN_TOKENS: unknown variable"),
  server(
    "a flag that is neither true nor false",
    { GARAGE_ALLOW_WORLD_READABLE_SECRETS: "1" },
    "GARAGE_ALLOW_WORLD_READABLE_SECRETS: not one of true, false",
  ),
  server("a configuration file elsewhere", { GARAGE_CONFIG_FILE: "/none/garage.toml" }, "/none/garage.toml: ENOENT"),
];
