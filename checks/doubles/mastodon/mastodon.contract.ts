import type { Mutation } from "../double-image.ts";

// The processes: `web` is `bundle exec puma -C config/puma.rb`, `sidekiq` is `bundle exec sidekiq`, `migrate` is
// `bundle exec rake db:migrate`, all of the main image; `streaming` is the streaming image's own command. The database
// has been prepared with the unbroken environment before. The endpoint for objects is one without ACLs.

type Environment = Mutation["env"];

const mutation = (process: string, description: string, env: Environment, refusal: string): Mutation => ({
  process,
  description,
  env,
  refusal,
});

/** A variable left out, together with those that could replace it. */
const missing = (process: string, name: string, ...replacements: readonly string[]): Mutation =>
  mutation(
    process,
    `${name} is left out`,
    Object.fromEntries([name, ...replacements].map((each) => [each, undefined])),
    `${name}: is missing`,
  );

const wrong = (name: string, value: string, refusal: string): Mutation =>
  mutation(
    "web",
    `${name} is ${value === "" ? "empty" : value.slice(0, 40)}`,
    { [name]: value },
    `${name}: ${refusal}`,
  );

const encryptionKeys = ["PRIMARY_KEY", "DETERMINISTIC_KEY", "KEY_DERIVATION_SALT"].map(
  (name) => `ACTIVE_RECORD_ENCRYPTION_${name}`,
);

// The generator of P-256: a point on the curve that is the public key of nobody's random scalar.
const otherPublicKey = Buffer.from(
  "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296" +
    "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5",
  "hex",
).toString("base64url");

const left: readonly Mutation[] = [
  ...["LOCAL_DOMAIN", "SECRET_KEY_BASE", "VAPID_PRIVATE_KEY", "VAPID_PUBLIC_KEY", ...encryptionKeys].map((name) =>
    missing("web", name),
  ),
  ...["S3_BUCKET", "S3_ENDPOINT", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"].map((name) => missing("web", name)),
  ...["SMTP_SERVER", "SMTP_FROM_ADDRESS"].map((name) => missing("sidekiq", name)),
  ...["web", "sidekiq", "streaming", "migrate"].flatMap((process) =>
    ["DB_HOST", "DB_NAME", "DB_USER"].map((name) => missing(process, name, "DATABASE_URL")),
  ),
  ...["web", "sidekiq", "streaming"].map((process) => missing(process, "REDIS_HOST", "REDIS_URL")),
  mutation(
    "web",
    "S3_ENABLED is left out",
    { S3_ENABLED: undefined },
    "S3_BUCKET: has no effect without S3_ENABLED=true",
  ),
];

const formats: readonly Mutation[] = [
  wrong("LOCAL_DOMAIN", "https://example.org", "must be a bare host name"),
  wrong("LOCAL_DOMAIN", "example.org/social", "must be a bare host name"),
  wrong("WEB_DOMAIN", "social.example.org:443", "must be a bare host name"),
  wrong("LOCAL_DOMAIN", '"example.org"', "holds a quote"),
  wrong("SECRET_KEY_BASE", "ab".repeat(63), "must be 128 lower-case hexadecimal digits"),
  wrong("SECRET_KEY_BASE", "", "is empty"),
  ...encryptionKeys.flatMap((name) => [
    wrong(name, "short", "must be at least 12"),
    wrong(name, "with-signs-in-it", "must be at least 12"),
  ]),
  wrong("VAPID_PRIVATE_KEY", "A".repeat(42), "must be URL-safe base64 of 32 bytes"),
  wrong("VAPID_PRIVATE_KEY", "/".repeat(43), "must be URL-safe base64 of 32 bytes"),
  wrong("VAPID_PUBLIC_KEY", "A".repeat(43), "must be URL-safe base64 of 65 bytes"),
  wrong("VAPID_PUBLIC_KEY", otherPublicKey, "is not the public key of VAPID_PRIVATE_KEY"),
  wrong("DB_PORT", "five", "must be a port number"),
  wrong("DB_SSLMODE", "sometimes", "must be a libpq sslmode"),
  wrong("REDIS_URL", "http://127.0.0.1:6379", "must be a redis:// or rediss:// URL"),
  mutation(
    "web",
    "a rediss: URL without its driver",
    { REDIS_URL: "rediss://127.0.0.1:6379", REDIS_DRIVER: undefined },
    "REDIS_DRIVER: must be ruby",
  ),
  wrong("SMTP_AUTH_METHOD", "anything", "must be plain, login, cram_md5 or none"),
  wrong("SMTP_ENABLE_STARTTLS", "true", "must be auto, always or never"),
  wrong("SMTP_OPENSSL_VERIFY_MODE", "never", "must be none or peer"),
  wrong("SMTP_FROM_ADDRESS", "nobody", "must be a mail address"),
  wrong("S3_ENDPOINT", "garage.example.org:3900", "must be an http or https URL"),
  wrong("S3_ALIAS_HOST", "https://media.example.org", "must be a bare host name"),
  wrong("S3_PROTOCOL", "s3", "must be http or https"),
  wrong("TRUSTED_PROXY_IP", "the-proxy", "must be IP addresses or CIDR ranges"),
  wrong("STREAMING_API_BASE_URL", "https://example.org", "must be a ws or wss URL"),
  wrong("MASTODON_USE_LIBVIPS", "false", "must be true"),
  wrong("RAILS_ENV", "development", "must be production"),
  wrong("DB_POOL", "many", "must be a whole number"),
  wrong("OTP_SECRET", "ab".repeat(64), "removed in 4.4.0"),
  wrong("REDIS_NAMESPACE", "mastodon", "removed in 4.4.0"),
  wrong("LOCAL_DOMIAN", "example.org", "unknown variable"),
  mutation("streaming", "an unknown variable", { LOCAL_DOMIAN: "example.org" }, "LOCAL_DOMIAN: unknown variable"),
  mutation("streaming", "a removed variable", { REDIS_NAMESPACE: "mastodon" }, "REDIS_NAMESPACE: removed in 4.4.0"),
  mutation("streaming", "quotes around a value", { DB_NAME: '"mastodon"' }, "DB_NAME: holds a quote"),
  mutation("sidekiq", "an unknown variable", { SMTP_HOST: "127.0.0.1" }, "SMTP_HOST: unknown variable"),
  mutation(
    "web",
    "two problems at once, the second",
    { OTP_SECRET: "x", LOCAL_DOMAIN: "Example.org" },
    "LOCAL_DOMAIN: must be a bare host name",
  ),
];

const backends: readonly Mutation[] = [
  ...["web", "sidekiq", "streaming", "migrate"].flatMap((process) => [
    mutation(process, "another database password", { DB_PASS: "another-password" }, "cannot use the database"),
    mutation(
      process,
      "a database that is not there",
      { DB_NAME: "nothing_here", DATABASE_URL: undefined },
      "cannot use the database",
    ),
  ]),
  ...["web", "sidekiq", "streaming"].flatMap((process) => [
    mutation(
      process,
      "a port of the cache where nobody listens",
      { REDIS_PORT: "1", REDIS_URL: undefined },
      "cannot use the cache",
    ),
  ]),
  ...["web", "sidekiq"].flatMap((process) => [
    mutation(
      process,
      "another bucket",
      { S3_BUCKET: "no-such-bucket" },
      "S3_ENDPOINT: cannot put, get and delete an object",
    ),
    mutation(
      process,
      "another secret for objects",
      { AWS_SECRET_ACCESS_KEY: "0".repeat(64) },
      "S3_ENDPOINT: cannot put, get and delete an object",
    ),
    mutation(
      process,
      "another region",
      { S3_REGION: "us-east-1" },
      "S3_ENDPOINT: cannot put, get and delete an object",
    ),
    mutation(
      process,
      "bucket names as hosts",
      { S3_OVERRIDE_PATH_STYLE: "true" },
      "S3_ENDPOINT: cannot put, get and delete an object",
    ),
    mutation(
      process,
      "S3_PERMISSION left out",
      { S3_PERMISSION: undefined },
      "S3_PERMISSION: must be present and empty",
    ),
    mutation(
      process,
      "S3_PERMISSION public-read",
      { S3_PERMISSION: "public-read" },
      "S3_PERMISSION: must be present and empty",
    ),
  ]),
  ...["web", "sidekiq", "migrate"].flatMap((process) => [
    ...encryptionKeys.map((name) => mutation(process, `another ${name}`, { [name]: "a".repeat(32) }, "cannot decrypt")),
    mutation(process, "another LOCAL_DOMAIN", { LOCAL_DOMAIN: "elsewhere.example" }, "LOCAL_DOMAIN: cannot change"),
    mutation(process, "another WEB_DOMAIN", { WEB_DOMAIN: "elsewhere.example" }, "WEB_DOMAIN: cannot change"),
  ]),
];

/** Every input of Mastodon's two images, broken once, and the words of the refusal. */
export const mutations: readonly Mutation[] = [...left, ...formats, ...backends];
