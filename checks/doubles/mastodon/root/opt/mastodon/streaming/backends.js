// @ts-nocheck -- runs on Debian's Node 20 in the image, with Debian's packages
/* oxlint-disable */
"use strict";
const { readFileSync } = require("node:fs");
const { Pool } = require("pg");
const { createClient } = require("redis");

const schema = JSON.parse(readFileSync(`${__dirname}/../double/schema.json`, "utf8"));

function connectDatabase(env) {
  const encrypted = { require: { rejectUnauthorized: false }, "verify-ca": true, "verify-full": true };
  const pool = new Pool({
    max: Number(env.DB_POOL ?? 10),
    connectionTimeoutMillis: 5000,
    ...(env.DATABASE_URL
      ? { connectionString: env.DATABASE_URL }
      : {
          host: env.DB_HOST,
          port: Number(env.DB_PORT ?? 5432),
          database: env.DB_NAME,
          user: env.DB_USER,
          password: env.DB_PASS || undefined,
          ssl: encrypted[env.DB_SSLMODE] ?? false,
        }),
  });
  // An idle connection that breaks is replaced; the next query tells when that fails.
  pool.on("error", () => {});
  return pool;
}

async function connectCache(env) {
  let connected = false;
  // At the start the first failure counts; later the cache may be away for a while.
  const reconnectStrategy = (tries) => (connected ? Math.min(tries * 100, 2000) : new Error("cannot connect"));
  const socket = { connectTimeout: 5000, reconnectStrategy };
  const client = createClient(
    env.REDIS_URL
      ? { url: env.REDIS_URL, socket }
      : {
          socket: { ...socket, host: env.REDIS_HOST, port: Number(env.REDIS_PORT ?? 6379) },
          username: env.REDIS_USER,
          password: env.REDIS_PASSWORD || undefined,
          database: Number(env.REDIS_DB ?? 0),
        },
  );
  client.on("error", () => {});
  await client.connect().catch((error) => {
    throw error.socketError ?? error;
  });
  connected = true;
  return client;
}

const numbers = (version) => version.split(/[.-]/u).slice(0, 3).map(Number);
function knows(version, since) {
  const [have, need] = [numbers(version), numbers(since)];
  const at = have.findIndex((number, index) => number !== need[index]);
  return at === -1 || have[at] > need[at];
}

/** Says what is wrong with the migrations of the database for this version. */
async function schemaProblem(pool, version) {
  const known = schema.filter((step) => knows(version, step.since));
  const found = await pool.query("SELECT to_regclass('schema_migrations') AS name");
  const rows = found.rows[0].name === null ? [] : (await pool.query("SELECT version FROM schema_migrations")).rows;
  const applied = rows.map((row) => row.version);
  const at = `database is at schema ${applied.length}, this version knows ${known.length}`;
  if (known.some((step) => !step.postDeployment && !applied.includes(step.version)))
    return `${at}: migrations are missing`;
  if (applied.some((one) => !known.some((step) => step.version === one))) return `${at}: the database is newer`;
  return undefined;
}

/** Gives the account behind an access token. */
async function accountOf(pool, token) {
  const { rows } = await pool.query(
    `SELECT users.account_id, oauth_access_tokens.scopes FROM oauth_access_tokens
     JOIN users ON users.id = oauth_access_tokens.resource_owner_id
     WHERE token = $1 AND revoked_at IS NULL`,
    [token],
  );
  return rows[0];
}

module.exports = { accountOf, connectCache, connectDatabase, schemaProblem };
