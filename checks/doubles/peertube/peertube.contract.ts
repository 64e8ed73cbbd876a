import type { Mutation } from "../double-image.ts";

/**
 * Processes: `server` is the image's own command with an environment that it serves with, object storage on, path style
 * on, against a database of its own that no server has touched; `server-again` is the same on a database where a server
 * has served with the unbroken environment; `peertube-8.4` is `node dist/scripts/migrations/peertube-8.4.js` and
 * `reset-password` is `npm run reset-password -- -u root` with a password on standard input, both as user 999.
 */
const server = (description: string, env: Mutation["env"], refusal: string): Mutation => ({
  process: "server",
  description,
  env,
  refusal,
});

const missing = (name: string): Mutation => server(`${name} is left out`, { [name]: undefined }, `${name}: missing`);

const notJson = (name: string, value: string): Mutation =>
  server(`${name} is not JSON`, { [name]: value }, `${name}: not valid JSON`);

const bucketNames = ["STREAMING_PLAYLISTS", "WEB_VIDEOS", "USER_EXPORTS", "ORIGINAL_VIDEO_FILES", "CAPTIONS"].map(
  (kind) => `PEERTUBE_OBJECT_STORAGE_${kind}_BUCKET_NAME`,
);

const again = (description: string, env: Mutation["env"], refusal: string): Mutation => ({
  ...server(description, env, refusal),
  process: "server-again",
});

export const mutations: readonly Mutation[] = [
  ...[
    "PEERTUBE_WEBSERVER_HOSTNAME",
    "PEERTUBE_WEBSERVER_PORT",
    "PEERTUBE_WEBSERVER_HTTPS",
    "PEERTUBE_SECRET",
    "PEERTUBE_DB_HOSTNAME",
    "PEERTUBE_DB_USERNAME",
    "PEERTUBE_DB_PASSWORD",
    "PEERTUBE_DB_NAME",
    "PEERTUBE_REDIS_HOSTNAME",
    "PEERTUBE_ADMIN_EMAIL",
    "PEERTUBE_TRUST_PROXY",
    "PEERTUBE_OBJECT_STORAGE_ENDPOINT",
    "PEERTUBE_OBJECT_STORAGE_REGION",
    "PEERTUBE_OBJECT_STORAGE_CREDENTIALS_ACCESS_KEY_ID",
    "PEERTUBE_OBJECT_STORAGE_CREDENTIALS_SECRET_ACCESS_KEY",
    ...bucketNames,
  ].map(missing),
  notJson("PEERTUBE_TRUST_PROXY", "127.0.0.1,loopback"),
  notJson("PEERTUBE_WEBSERVER_HTTPS", "yes"),
  notJson("PEERTUBE_SIGNUP_ENABLED", "'true'"),
  notJson("PEERTUBE_OBJECT_STORAGE_MAX_UPLOAD_PART", "100MB"),
  server(
    "the host has a scheme",
    { PEERTUBE_WEBSERVER_HOSTNAME: "https://tube.example" },
    "PEERTUBE_WEBSERVER_HOSTNAME: not a bare host name",
  ),
  server(
    "the host has a port",
    { PEERTUBE_WEBSERVER_HOSTNAME: "tube.example:443" },
    "PEERTUBE_WEBSERVER_HOSTNAME: not a bare host name",
  ),
  server(
    "the public port is the inner one",
    { PEERTUBE_WEBSERVER_PORT: "9000" },
    "PEERTUBE_WEBSERVER_PORT: must be 443",
  ),
  server(
    "the public address has no TLS",
    { PEERTUBE_WEBSERVER_HTTPS: "false" },
    "PEERTUBE_WEBSERVER_HTTPS: must be true",
  ),
  server(
    "a flag is a JSON string",
    { PEERTUBE_OBJECT_STORAGE_ENABLED: '"true"' },
    "PEERTUBE_OBJECT_STORAGE_ENABLED: neither true nor false",
  ),
  server("the secret is short", { PEERTUBE_SECRET: "abc123" }, "PEERTUBE_SECRET: not 64 hexadecimal digits"),
  server(
    "the secret is base64",
    { PEERTUBE_SECRET: "q83vASNFZ4mrze8BI0VniavN7wEjRWeJq83vASNFZ4k=" },
    "PEERTUBE_SECRET: not 64 hexadecimal digits",
  ),
  server("a value is quoted", { PEERTUBE_DB_PASSWORD: '"quoted"' }, "PEERTUBE_DB_PASSWORD: quotes around the value"),
  server(
    "the administrator's address has a name",
    { PEERTUBE_ADMIN_EMAIL: "Ada <ada@example.org>" },
    "PEERTUBE_ADMIN_EMAIL: not an e-mail address",
  ),
  server(
    "a trusted proxy is a name",
    { PEERTUBE_TRUST_PROXY: '["caddy"]' },
    "PEERTUBE_TRUST_PROXY: not a list of addresses",
  ),
  server(
    "a variable is misspelt",
    { PEERTUBE_DATABASE_HOSTNAME: "db" },
    "PEERTUBE_DATABASE_HOSTNAME: unknown variable",
  ),
  server("a variable of the family is unknown", { PT_ROOT_PASSWORD: "x" }, "PT_ROOT_PASSWORD: unknown variable"),
  server(
    "a variable was removed",
    { PEERTUBE_OBJECT_STORAGE_VIDEOS_BUCKET_NAME: "videos" },
    "PEERTUBE_OBJECT_STORAGE_VIDEOS_BUCKET_NAME: removed in 6.0",
  ),
  server(
    "both kinds of video in one place",
    {
      PEERTUBE_OBJECT_STORAGE_WEB_VIDEOS_BUCKET_NAME: "videos",
      PEERTUBE_OBJECT_STORAGE_WEB_VIDEOS_PREFIX: "same/",
      PEERTUBE_OBJECT_STORAGE_STREAMING_PLAYLISTS_BUCKET_NAME: "videos",
      PEERTUBE_OBJECT_STORAGE_STREAMING_PLAYLISTS_PREFIX: "same/",
    },
    "Bucket prefixes should be set to different values",
  ),
  server(
    "a prefix without its slash",
    { PEERTUBE_OBJECT_STORAGE_CAPTIONS_PREFIX: "captions" },
    "PEERTUBE_OBJECT_STORAGE_CAPTIONS_PREFIX: a prefix ends with a slash",
  ),
  server(
    "a base address without a scheme",
    { PEERTUBE_OBJECT_STORAGE_WEB_VIDEOS_BASE_URL: "media.example.org" },
    "PEERTUBE_OBJECT_STORAGE_WEB_VIDEOS_BASE_URL: not an http(s) address",
  ),
  server(
    "no kind of transcoding",
    { PEERTUBE_TRANSCODING_HLS_ENABLED: "false" },
    "You need to enable at least Web Video transcoding or HLS transcoding.",
  ),
  server(
    "replays without transcoding",
    { PEERTUBE_LIVE_ENABLED: "true", PEERTUBE_TRANSCODING_ENABLED: "false" },
    "Live allow replay cannot be enabled",
  ),
  server(
    "files outside of the volume",
    { PEERTUBE_STORAGE_AVATARS: "/var/www/peertube/avatars" },
    "PEERTUBE_STORAGE_AVATARS: outside /data",
  ),
  server("the database's password is another", { PEERTUBE_DB_PASSWORD: "another" }, "PEERTUBE_DB_HOSTNAME: 28P01"),
  server("nobody listens at the database's port", { PEERTUBE_DB_PORT: "1" }, "PEERTUBE_DB_HOSTNAME: ECONNREFUSED"),
  server("the cache's password is another", { PEERTUBE_REDIS_AUTH: "another" }, "PEERTUBE_REDIS_HOSTNAME: WRONGPASS"),
  server("the cache's password is left out", { PEERTUBE_REDIS_AUTH: undefined }, "PEERTUBE_REDIS_HOSTNAME: NOAUTH"),
  server("nobody listens at the cache's port", { PEERTUBE_REDIS_PORT: "1" }, "PEERTUBE_REDIS_HOSTNAME: ECONNREFUSED"),
  server(
    "the key's secret is another",
    { PEERTUBE_OBJECT_STORAGE_CREDENTIALS_SECRET_ACCESS_KEY: "another" },
    "PEERTUBE_OBJECT_STORAGE_WEB_VIDEOS_BUCKET_NAME: PUT in bucket",
  ),
  server("the region is another", { PEERTUBE_OBJECT_STORAGE_REGION: "us-east-1" }, "AuthorizationHeaderMalformed"),
  server(
    "a bucket is not there",
    { PEERTUBE_OBJECT_STORAGE_USER_EXPORTS_BUCKET_NAME: "nobodys" },
    "PEERTUBE_OBJECT_STORAGE_USER_EXPORTS_BUCKET_NAME: PUT in bucket nobodys",
  ),
  server(
    "nobody listens at the endpoint",
    { PEERTUBE_OBJECT_STORAGE_ENDPOINT: "http://127.0.0.1:1" },
    "PEERTUBE_OBJECT_STORAGE_ENDPOINT: ECONNREFUSED",
  ),
  server(
    "an ACL for a store without ACLs",
    { PEERTUBE_OBJECT_STORAGE_UPLOAD_ACL_PUBLIC: "public-read" },
    "PEERTUBE_OBJECT_STORAGE_UPLOAD_ACL_PUBLIC: the store answers ACL calls with",
  ),
  server(
    "mail without a sender",
    { PEERTUBE_SMTP_HOSTNAME: "127.0.0.1", PEERTUBE_SMTP_FROM: undefined },
    "PEERTUBE_SMTP_FROM: missing",
  ),
  server(
    "the first password is short",
    { PT_INITIAL_ROOT_PASSWORD: "short" },
    "PT_INITIAL_ROOT_PASSWORD: shorter than",
  ),
  again(
    "another secret than at the first start",
    { PEERTUBE_SECRET: "f".repeat(64) },
    "PEERTUBE_SECRET: cannot decrypt",
  ),
  again(
    "another host than at the first start",
    { PEERTUBE_WEBSERVER_HOSTNAME: "other.example.org" },
    "PEERTUBE_WEBSERVER_HOSTNAME: PeerTube was started (and created some data) with another domain name",
  ),
  { process: "peertube-8.4", description: "the script of another version", env: {}, refusal: "Cannot find module" },
  {
    process: "reset-password",
    description: "a command without its environment",
    env: { PEERTUBE_DB_HOSTNAME: undefined },
    refusal: "PEERTUBE_DB_HOSTNAME: missing",
  },
];
