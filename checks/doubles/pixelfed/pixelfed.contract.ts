import type { Mutation } from "../double-image.ts";

/**
 * Processes:
 * - `web`: the image's own command;
 * - `horizon`: `php artisan horizon`;
 * - `schedule`: `php artisan schedule:work`;
 * - `migrate`: `php artisan migrate --force`.
 *
 * All start from a complete, right environment on a migrated database with passport keys and the storage folders. Each
 * must print the refusal on standard error and end with exit code 1.
 */
export type PixelfedProcess = "web" | "horizon" | "schedule" | "migrate";

type Row = readonly [process: PixelfedProcess, description: string, env: Mutation["env"], refusal: string];

/** Must be there: refused when left out. Every process checks them; one process each is enough to see it. */
const required = [
  ...["APP_NAME", "APP_ENV", "APP_KEY", "APP_DEBUG", "APP_URL", "APP_DOMAIN", "ADMIN_DOMAIN", "SESSION_DOMAIN"],
  ...[
    "TRUST_PROXIES",
    "OAUTH_ENABLED",
    "OPEN_REGISTRATION",
    "ACTIVITY_PUB",
    "AP_REMOTE_FOLLOW",
    "AP_INBOX",
    "AP_OUTBOX",
  ],
  ...["AP_SHAREDINBOX", "ENABLE_CONFIG_CACHE", "LOG_CHANNEL", "INSTANCE_CONTACT_EMAIL"],
  ...["DB_CONNECTION", "DB_HOST", "DB_PORT", "DB_DATABASE", "DB_USERNAME", "DB_PASSWORD"],
  ...["REDIS_CLIENT", "REDIS_HOST", "REDIS_PORT", "CACHE_STORE", "CACHE_DRIVER", "QUEUE_DRIVER", "SESSION_DRIVER"],
  ...[
    "BROADCAST_DRIVER",
    "HORIZON_PREFIX",
    "MAIL_DRIVER",
    "MAIL_HOST",
    "MAIL_PORT",
    "MAIL_FROM_ADDRESS",
    "MAIL_FROM_NAME",
  ],
  ...["PF_ENABLE_CLOUD", "FILESYSTEM_CLOUD", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION"],
  ...["AWS_BUCKET", "AWS_URL", "AWS_ENDPOINT", "AWS_USE_PATH_STYLE_ENDPOINT"],
];

const shortKey = `base64:${Buffer.alloc(16, 7).toString("base64")}`;
const otherKey = `base64:${Buffer.alloc(32, 7).toString("base64")}`;

const rows: readonly Row[] = [
  // Formats.
  ["migrate", "key without its prefix", { APP_KEY: otherKey.slice("base64:".length) }, "APP_KEY: must be base64:"],
  ["migrate", "key for another cipher", { APP_KEY: shortKey }, "APP_KEY: must be base64:"],
  ["web", "not production", { APP_ENV: "local" }, 'APP_ENV: must be "production"'],
  ["web", "debugging shown to visitors", { APP_DEBUG: "true" }, 'APP_DEBUG: must be "false"'],
  ["web", "slash after the URL", { APP_URL: "https://pixelfed.example.org/" }, "APP_URL: must be https://host"],
  ["web", "URL without TLS", { APP_URL: "http://pixelfed.example.org" }, "APP_URL: must be https://host"],
  [
    "web",
    "URL of another host",
    { APP_URL: "https://elsewhere.example.net" },
    "APP_URL: is not https:// and APP_DOMAIN",
  ],
  [
    "web",
    "domain with a scheme",
    { APP_DOMAIN: "https://pixelfed.example.org" },
    "APP_DOMAIN: must be a bare host name",
  ],
  ["web", "domain with a port", { ADMIN_DOMAIN: "pixelfed.example.org:443" }, "ADMIN_DOMAIN: must be a bare host name"],
  [
    "web",
    "quotes, which environment files keep",
    { OPEN_REGISTRATION: '"false"' },
    "OPEN_REGISTRATION: must be true or",
  ],
  ["web", "cookie domain with a path", { SESSION_DOMAIN: "pixelfed.example.org/" }, "SESSION_DOMAIN: must be a bare"],
  ["web", "proxies by name", { TRUST_PROXIES: "caddy" }, "TRUST_PROXIES: must be *"],
  ["web", "no OAuth", { OAUTH_ENABLED: "false" }, 'OAUTH_ENABLED: must be "true"'],
  ["web", "MySQL", { DB_CONNECTION: "mysql" }, 'DB_CONNECTION: must be "pgsql"'],
  ["web", "port in words", { DB_PORT: "postgresql" }, "DB_PORT: must be a port"],
  ["horizon", "client that the image lacks", { REDIS_CLIENT: "predis" }, 'REDIS_CLIENT: must be "phpredis"'],
  ["horizon", "cache in files", { CACHE_STORE: "file" }, 'CACHE_STORE: must be "redis"'],
  ["horizon", "jobs done while the visitor waits", { QUEUE_DRIVER: "sync" }, 'QUEUE_DRIVER: must be "redis"'],
  ["web", "sessions in files", { SESSION_DRIVER: "file" }, 'SESSION_DRIVER: must be "database"'],
  ["horizon", "prefix that every instance has", { HORIZON_PREFIX: "horizon-" }, "HORIZON_PREFIX: must be a prefix"],
  ["horizon", "mail into the log", { MAIL_DRIVER: "log" }, 'MAIL_DRIVER: must be "smtp"'],
  ["horizon", "sender that is no address", { MAIL_FROM_ADDRESS: "pixelfed" }, "MAIL_FROM_ADDRESS: must be an e-mail"],
  [
    "horizon",
    "user without password",
    { MAIL_USERNAME: "relay", MAIL_PASSWORD: undefined },
    "MAIL_PASSWORD: is missing although",
  ],
  ["horizon", "no bucket", { PF_ENABLE_CLOUD: "false" }, 'PF_ENABLE_CLOUD: must be "true"'],
  ["horizon", "another disk", { FILESYSTEM_CLOUD: "spaces" }, 'FILESYSTEM_CLOUD: must be "s3"'],
  [
    "web",
    "bucket in the host name",
    { AWS_USE_PATH_STYLE_ENDPOINT: "false" },
    'AWS_USE_PATH_STYLE_ENDPOINT: must be "true"',
  ],
  ["web", "slash after the media URL", { AWS_URL: "https://media.example.org/" }, "AWS_URL: must be http(s)://"],
  ["web", "endpoint without a scheme", { AWS_ENDPOINT: "127.0.0.1:3900" }, "AWS_ENDPOINT: must be http(s)://"],
  ["web", "TLS that the proxy does", { SSL_MODE: "full" }, 'SSL_MODE: must be "off"'],
  ["web", "size with a unit of its own", { PHP_POST_MAX_SIZE: "500MB" }, "PHP_POST_MAX_SIZE: must be a size"],
  [
    "web",
    "file larger than its form",
    { PHP_POST_MAX_SIZE: "1M", PHP_UPLOAD_MAX_FILE_SIZE: "500M" },
    "PHP_POST_MAX_SIZE: is less",
  ],
  ["web", "half a passport pair", { PASSPORT_PRIVATE_KEY: "x" }, "PASSPORT_PUBLIC_KEY: PASSPORT_PRIVATE_KEY and"],
  // Names.
  ["web", "unknown", { APP_TITLE: "x" }, "APP_TITLE: unknown variable"],
  [
    "web",
    "of another Laravel",
    { QUEUE_CONNECTION: "redis" },
    "QUEUE_CONNECTION: unknown variable; Pixelfed reads QUEUE_DRIVER",
  ],
  ["web", "of another Laravel", { MAIL_MAILER: "smtp" }, "MAIL_MAILER: unknown variable; Pixelfed reads MAIL_DRIVER"],
  ["web", "removed", { FILESYSTEM_DRIVER: "s3" }, "FILESYSTEM_DRIVER: removed in 0.11.6"],
  ["web", "removed", { PF_COSTAR_ENABLED: "true" }, "PF_COSTAR_ENABLED: removed in 0.11.0"],
  // What only the backends can tell.
  ["web", "another key than the database knows", { APP_KEY: otherKey }, "The MAC is invalid"],
  ["migrate", "wrong database password", { DB_PASSWORD: "wrong-password" }, "password authentication failed"],
  ["migrate", "no such database", { DB_DATABASE: "nothere" }, "DB_HOST: "],
  ["migrate", "no database server", { DB_HOST: "127.0.0.1", DB_PORT: "9" }, "DB_HOST: "],
  ["horizon", "wrong Valkey password", { REDIS_PASSWORD: "wrong-password" }, "REDIS_HOST: "],
  ["schedule", "no Valkey server", { REDIS_PORT: "9", REDIS_HOST: "127.0.0.1" }, "REDIS_HOST: Connection refused"],
  ["horizon", "wrong secret key", { AWS_SECRET_ACCESS_KEY: "0123456789abcdef" }, "AWS_BUCKET: S3 answers 403"],
  ["web", "unknown access key", { AWS_ACCESS_KEY_ID: "GK0123456789abcdef01234567" }, "AWS_BUCKET: S3 answers 403"],
  ["web", "no such bucket", { AWS_BUCKET: "nothere" }, "AWS_BUCKET: S3 answers 40"],
  ["web", "wrong region", { AWS_DEFAULT_REGION: "nowhere" }, "AWS_BUCKET: S3 answers 40"],
  ["web", "no S3 server", { AWS_ENDPOINT: "http://127.0.0.1:9" }, "AWS_ENDPOINT: "],
  ["web", "keys that are none", { PASSPORT_PRIVATE_KEY: "x", PASSPORT_PUBLIC_KEY: "y" }, "Invalid key supplied"],
];

/** Each way to break the environment, and the words that the double must refuse it with. */
export const mutations: readonly Mutation[] = [
  ...required.map((name) => ({
    process: "web",
    description: `${name} left out`,
    env: { [name]: undefined },
    refusal: `${name}: is missing`,
  })),
  ...rows.map(([process, description, env, refusal]) => ({ process, description, env, refusal })),
];

/** A way to break the storage volume: a shell line that runs as root in a copy of it. */
export interface StorageMutation extends Omit<Mutation, "env"> {
  readonly breakIt: string;
}

export const storageMutations: readonly StorageMutation[] = [
  {
    process: "migrate",
    description: "empty volume",
    breakIt: "rm -rf ./*",
    refusal: "Please provide a valid cache path",
  },
  {
    process: "web",
    description: "volume of root",
    breakIt: "chown 0:0 .",
    refusal: "storage: belongs to 0:0, must belong to 33:33",
  },
  {
    process: "horizon",
    description: "folder of root",
    breakIt: "chown 0:0 logs",
    refusal: "storage/logs: belongs to 0:0",
  },
  {
    process: "web",
    description: "read-only folder",
    breakIt: "chmod 0555 logs",
    refusal: "storage/logs: is not writable",
  },
  { process: "web", description: "no passport keys", breakIt: "rm oauth-*.key", refusal: "Invalid key supplied" },
  {
    process: "horizon",
    description: "passport key of root",
    breakIt: "chown 0:0 oauth-private.key",
    refusal: "Invalid key supplied: storage/oauth-private.key is not readable by uid 33",
  },
  {
    process: "schedule",
    description: "passport key that everybody reads",
    breakIt: "chmod 0644 oauth-private.key",
    refusal: "permissions are not correct",
  },
  {
    process: "web",
    description: "passport keys that are no pair",
    breakIt: "openssl genrsa 2048 2>&- | openssl rsa -pubout 2>&- > oauth-public.key",
    refusal: "the private and the public key are not a pair",
  },
];
