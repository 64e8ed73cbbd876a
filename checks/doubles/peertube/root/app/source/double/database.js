import { createHmac, randomBytes, scryptSync, timingSafeEqual } from "node:crypto";
import { requireDebian } from "./debian.js";
import { about, isAtLeast, log } from "./report.js";

const { Pool } = requireDebian("pg");

/** The schema's steps. A build has those of its version; the last one is there to be migrated to. */
const migrations = [
  {
    schema: 1000,
    since: "8.1.0",
    sql: `
      CREATE TABLE application (
        id integer PRIMARY KEY CHECK (id = 1), "migrationVersion" integer NOT NULL, "announcedVersion" integer NOT NULL DEFAULT 0,
        host text, "secretCheck" text, "nodeVersion" text);
      CREATE TABLE "oAuthClient" ("clientId" text PRIMARY KEY, "clientSecret" text NOT NULL);
      CREATE TABLE "user" (
        id serial PRIMARY KEY, username text NOT NULL, email text NOT NULL, password text NOT NULL, role integer NOT NULL,
        blocked boolean NOT NULL DEFAULT false, "videoQuota" bigint NOT NULL, "videoQuotaDaily" bigint NOT NULL,
        "channelName" text NOT NULL UNIQUE, "displayName" text, avatar text, "createdAt" timestamptz NOT NULL DEFAULT now());
      CREATE UNIQUE INDEX ON "user" (lower(username));
      CREATE UNIQUE INDEX ON "user" (lower(email));
      CREATE TABLE "oAuthToken" (
        "accessToken" text PRIMARY KEY, "refreshToken" text NOT NULL UNIQUE, "accessTokenExpiresAt" timestamptz NOT NULL,
        "userId" integer NOT NULL REFERENCES "user" ON DELETE CASCADE);
      CREATE INDEX "user_username_trigram" ON "user" USING gin (username gin_trgm_ops);`,
  },
  {
    schema: 1050,
    since: "8.2.0",
    sql: `
      CREATE TABLE video (
        id serial PRIMARY KEY, uuid uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(), name text NOT NULL, description text,
        privacy integer NOT NULL, "userId" integer NOT NULL REFERENCES "user" ON DELETE CASCADE,
        "createdAt" timestamptz NOT NULL DEFAULT now());`,
  },
  {
    schema: 1125,
    since: "8.3.0",
    sql: `
      CREATE TABLE "videoFile" (
        id serial PRIMARY KEY, "videoId" integer NOT NULL REFERENCES video ON DELETE CASCADE, filename text NOT NULL UNIQUE,
        size bigint NOT NULL, "mimeType" text NOT NULL, storage integer NOT NULL, "fileUrl" text);
      CREATE TABLE "finishedScript" (name text PRIMARY KEY, "finishedAt" timestamptz NOT NULL DEFAULT now());`,
  },
  {
    schema: 1150,
    since: "8.4.0",
    sql: `
      ALTER TABLE video ADD COLUMN "searchName" text;`,
  },
  {
    schema: 1175,
    since: "8.5.0",
    sql: `
      CREATE INDEX ON video ("searchName");`,
  },
];

export const lastSchema = migrations.findLast(({ since }) => isAtLeast(since))?.schema;

export function connectDatabase(get) {
  return new Pool({
    host: get("database.hostname"),
    port: get("database.port"),
    user: get("database.username"),
    password: get("database.password"),
    database: get("database.name") ?? `peertube${get("database.suffix")}`,
    ssl: get("database.ssl") === true ? { rejectUnauthorized: false } : false,
    max: get("database.pool.max") ?? 5,
    connectionTimeoutMillis: 10_000,
  });
}

/** An error of PostgreSQL without the values that its message may quote. */
export function databaseProblem(error) {
  return error.code === undefined
    ? error.message
    : `${error.code}${error.severity === undefined ? "" : ` ${error.message}`}`;
}

async function checkServer(database) {
  const { rows } = await database.query(
    `SELECT current_setting('server_version_num')::integer AS version, pg_encoding_to_char(encoding) AS encoding
     FROM pg_database WHERE datname = current_database()`,
  );
  const problems = [];
  if (rows[0].version < 140000)
    problems.push(`PEERTUBE_DB_HOSTNAME: PostgreSQL ${rows[0].version}: 14 or newer is needed`);
  if (rows[0].encoding !== "UTF8")
    problems.push(`PEERTUBE_DB_NAME: the database's encoding is ${rows[0].encoding}, not UTF8`);
  for (const extension of ["pg_trgm", "unaccent"]) {
    try {
      await database.query(`CREATE EXTENSION IF NOT EXISTS ${extension}`);
    } catch (error) {
      problems.push(
        `PEERTUBE_DB_USERNAME: You need to enable ${extension} extension in PostgreSQL: ${databaseProblem(error)}`,
      );
    }
  }
  return problems;
}

async function installedSchema(database) {
  const { rows } = await database.query("SELECT to_regclass('application') IS NOT NULL AS there");
  if (!rows[0].there) return 0;
  const found = await database.query('SELECT "migrationVersion" AS schema FROM application');
  return found.rows[0]?.schema ?? 0;
}

async function inTransaction(database, work) {
  const client = await database.connect();
  try {
    await client.query("BEGIN");
    await work(client);
    await client.query("COMMIT");
  } catch (error) {
    await client.query("ROLLBACK").catch(() => undefined);
    throw error;
  } finally {
    client.release();
  }
}

/** Brings the database to this build's schema. @returns the problems */
export async function migrate(database) {
  const problems = await checkServer(database);
  if (problems.length > 0) return problems;
  const installed = await installedSchema(database);
  if (installed > lastSchema) {
    return [
      `PEERTUBE_DB_NAME: the database has schema ${installed}, version ${about.version} knows ${lastSchema}: there is no downgrade`,
    ];
  }
  for (const { schema, since, sql } of migrations) {
    if (schema <= installed || !isAtLeast(since)) continue;
    log(`Migrating the database to schema ${schema}.`);
    await inTransaction(database, async (client) => {
      await client.query(sql);
      await client.query(
        `INSERT INTO application (id, "migrationVersion", "nodeVersion") VALUES (1, $1, $2)
         ON CONFLICT (id) DO UPDATE SET "migrationVersion" = $1, "nodeVersion" = $2`,
        [schema, process.version],
      );
    });
  }
  return [];
}

/** What the database keeps of the secret: enough to tell another one, nothing to find it by. */
const secretCheck = (get) => createHmac("sha256", get("secrets.peertube")).update("double").digest("hex");

/** Checks what must be the same for ever. @returns the problems */
export async function checkIdentity(database, get) {
  await database.query(
    'UPDATE application SET host = coalesce(host, $1), "secretCheck" = coalesce("secretCheck", $2)',
    [get("webserver.hostname"), secretCheck(get)],
  );
  const { host, secretCheck: known } = (await database.query('SELECT host, "secretCheck" FROM application')).rows[0];
  return [
    ...(known === secretCheck(get)
      ? []
      : ["PEERTUBE_SECRET: cannot decrypt what the database holds: it was another secret at the first start"]),
    ...(host === get("webserver.hostname")
      ? []
      : [
          `PEERTUBE_WEBSERVER_HOSTNAME: PeerTube was started (and created some data) with another domain name, ${host}: npm run update-host`,
        ]),
  ];
}

export function hashPassword(password, salt = randomBytes(16).toString("hex")) {
  return `${salt}:${scryptSync(password, salt, 32, { N: 4096 }).toString("hex")}`;
}

export function isPassword(password, stored) {
  return timingSafeEqual(Buffer.from(hashPassword(password, stored.split(":")[0])), Buffer.from(stored));
}

/** Makes the OAuth client and the user `root` where there are none. @returns the problems */
export async function install(database, get, initialPassword) {
  await database.query(`INSERT INTO "oAuthClient" SELECT $1, $2 WHERE NOT EXISTS (SELECT FROM "oAuthClient")`, [
    randomBytes(16).toString("hex"),
    randomBytes(16).toString("hex"),
  ]);
  const { rows } = await database.query('SELECT count(*)::integer AS users FROM "user"');
  if (rows[0].users > 0) return [];
  const least = get("user.password_constraints.min_length");
  if (initialPassword !== undefined && initialPassword.length < least) {
    return [`PT_INITIAL_ROOT_PASSWORD: shorter than ${least} characters (user.password_constraints.min_length)`];
  }
  const password = initialPassword ?? randomBytes(8).toString("hex");
  await addUser(database, {
    username: "root",
    email: get("admin.email"),
    password,
    role: 0,
    videoQuota: -1,
    videoQuotaDaily: -1,
  });
  log("Username: root");
  // The real one prints a given password too; nothing that was handed to the double appears on its output.
  log(initialPassword === undefined ? `User password: ${password}` : "User password: as given");
  return [];
}

export async function addUser(database, user) {
  const { rows } = await database.query(
    `INSERT INTO "user" (username, email, password, role, "videoQuota", "videoQuotaDaily", "channelName")
     VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id`,
    [
      ...[user.username, user.email, hashPassword(user.password), user.role, user.videoQuota, user.videoQuotaDaily],
      user.channelName ?? `${user.username}_channel`,
    ],
  );
  return rows[0].id;
}
