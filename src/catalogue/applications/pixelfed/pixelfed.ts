import { createHash } from "node:crypto";
import { z } from "zod";
import { defineApplication } from "../../../model/application.ts";
import { canonicalJson } from "../../../model/json.ts";
import { text, type Text } from "../../../model/reference.ts";
import { ownFile } from "../../own-file.ts";
import { cache } from "../../resources/cache.ts";
import { container } from "../../resources/container.ts";
import { dataDirectory } from "../../resources/data-directory.ts";
import { database } from "../../resources/database.ts";
import { mail } from "../../resources/mail.ts";
import { objectStorage } from "../../resources/object-storage.ts";
import { upgrade } from "../../resources/upgrade.ts";
import { webAddress } from "../../resources/web-address.ts";
import { host, hostOf, languages, line, registrations } from "../options.ts";

const pinned = "0.14.4";
const port = 8080;
/** Debian's www-data, as whom the image runs. */
const owner = "33";
const root = "/var/www/html";

/** Keeps a text from being read as a value: Laravel's env() takes `null` and `true` for such, and quotes away. */
function quoted(value: string): string {
  return `"${value}"`;
}

/**
 * Pixelfed: docs.pixelfed.org, Running Pixelfed, and its folder config.
 * @param version the tag of its images without the v: for hosting providers who pin another one
 */
export function pixelfedAt(version: string) {
  const image = `ghcr.io/pixelfed/pixelfed:v${version}`;
  return defineApplication({
    name: "pixelfed",
    title: "Pixelfed",
    version,
    description: "Photos, albums and stories, without algorithms",
    options: z.object({
      title: line(50).default("Pixelfed").describe("The name of the instance"),
      description: line(500)
        .default("")
        .describe("What the instance is about; Pixelfed shows it to its administrators alone"),
      host,
      registrations,
      languages,
      maxPhotoMegabytes: z.int().min(1).max(500).default(15).describe("How large a photo may be"),
      maxAlbumLength: z.int().min(1).max(20).default(10).describe("How many photos a post may have"),
    }),
    state: [
      { kind: "database", request: "db", description: "Accounts, posts, comments, settings" },
      { kind: "bucket", request: "media", description: "Photos and videos" },
      { kind: "directory", request: "storage", description: "Avatars, and uploads that are not moved yet" },
      { kind: "directory", request: "queue", description: "Jobs that are not done yet" },
    ],
    health: () => ({
      web: { kind: "http", port, path: "/api/service/health-check", deadline: 120 },
      worker: {
        kind: "command",
        command: ["/usr/bin/podman", "exec", "pixelfed-worker", "php", "artisan", "horizon:status"],
        deadline: 120,
      },
    }),
    implementation({ options, domain, initialUser, initialPassword, request, secret, keyPair }) {
      const name = hostOf("pixelfed", domain, options.host);
      const db = request(database, "db", {});
      const queue = request(cache, "queue", { durable: true });
      const media = request(objectStorage, "media", { description: "photos of Pixelfed", host: `media.${name}` });
      const relay = request(mail, "mail", { from: "pixelfed" });
      const storage = request(dataDirectory, "storage", {
        description: "files of Pixelfed",
        mode: "0755",
        owner,
        group: owner,
        // Laravel makes none of them, and the volume hides those of the image.
        folders: [
          ...["app", "app/public", "app/public/m", "framework", "framework/cache", "framework/cache/data"],
          ...["framework/sessions", "framework/testing", "framework/views", "logs"],
        ],
      });
      const keys = keyPair("passport", "rsa");
      const upgraded = request(upgrade, "release", { version, database: db, final: { host: name }, after: [db.unit] });
      const megabytes = options.maxPhotoMegabytes;
      const open = options.registrations !== "closed";

      const instance = createHash("sha256")
        .update(canonicalJson([version, options]))
        .digest("hex")
        .slice(0, 12);
      const environment: Readonly<Record<string, Text>> = {
        APP_NAME: quoted(options.title),
        APP_ENV: "production",
        APP_DEBUG: "false",
        APP_KEY: text`base64:${secret("app-key", {
          format: "base64",
          length: 32,
          // laravel.com/docs/encryption, Gracefully Rotating Encryption Keys: what another key has encrypted cannot be read.
          permanent: "with another, what Pixelfed has encrypted in its database cannot be read any more",
        })}`,
        APP_URL: `https://${name}`,
        APP_DOMAIN: name,
        ADMIN_DOMAIN: name,
        SESSION_DOMAIN: name,
        APP_LOCALE: options.languages[0] ?? "en",
        TRUST_PROXIES: "127.0.0.1,::1",
        FORCE_HTTPS_URLS: "true",
        OAUTH_ENABLED: "true",
        ACTIVITY_PUB: "true",
        AP_REMOTE_FOLLOW: "true",
        AP_INBOX: "true",
        AP_OUTBOX: "true",
        AP_SHAREDINBOX: "true",
        // Otherwise what once stood in the database would win over the configuration for ever.
        ENABLE_CONFIG_CACHE: "false",
        LOG_CHANNEL: "stderr",
        LOG_LEVEL: "warning",
        INSTANCE_DESCRIPTION: quoted(options.description),
        INSTANCE_CONTACT_EMAIL: initialUser.email,
        OPEN_REGISTRATION: String(open),
        INSTANCE_CUR_REG: String(options.registrations === "approval"),
        ENFORCE_EMAIL_VERIFICATION: "true",
        MAX_PHOTO_SIZE: String(megabytes * 1024),
        MAX_ALBUM_LENGTH: String(options.maxAlbumLength),
        PHP_POST_MAX_SIZE: `${String(megabytes * options.maxAlbumLength + 10)}M`,
        PHP_UPLOAD_MAX_FILE_SIZE: `${String(megabytes + 1)}M`,
        PHP_OPCACHE_ENABLE: "1",
        SSL_MODE: "off",
        // Every step of the start is a unit of its own here.
        AUTORUN_ENABLED: "false",
        DB_CONNECTION: "pgsql",
        DB_HOST: text`${db.host}`,
        DB_PORT: text`${db.port}`,
        DB_DATABASE: text`${db.name}`,
        DB_USERNAME: text`${db.user}`,
        DB_PASSWORD: text`${db.password}`,
        REDIS_CLIENT: "phpredis",
        REDIS_SCHEME: "tcp",
        REDIS_HOST: text`${queue.host}`,
        REDIS_PORT: text`${queue.port}`,
        REDIS_PASSWORD: text`${queue.password}`,
        CACHE_STORE: "redis",
        CACHE_DRIVER: "redis",
        // Answers about the instance are kept for half an hour; whatever they say begins a cache of its own. To clear the
        // cache would clear the queue of jobs with it, which lies in the same database.
        CACHE_PREFIX: `pixelfed-${instance}-`,
        QUEUE_DRIVER: "redis",
        SESSION_DRIVER: "database",
        BROADCAST_DRIVER: "log",
        HORIZON_PREFIX: "horizon-pixelfed-",
        MAIL_DRIVER: "smtp",
        MAIL_HOST: text`${relay.host}`,
        MAIL_PORT: text`${relay.port}`,
        MAIL_USERNAME: text`${relay.user}`,
        MAIL_PASSWORD: text`${relay.password}`,
        MAIL_ENCRYPTION: text`${relay.encryption}`,
        // Otherwise it begins TLS with every relay that offers it, whoever the certificate is for.
        MAIL_AUTO_TLS: text`${relay.opportunistic}`,
        MAIL_FROM_ADDRESS: text`${relay.from}`,
        MAIL_FROM_NAME: quoted(options.title),
        PF_ENABLE_CLOUD: "true",
        FILESYSTEM_CLOUD: "s3",
        AWS_ACCESS_KEY_ID: text`${media.accessKeyId}`,
        AWS_SECRET_ACCESS_KEY: text`${media.secretAccessKey}`,
        AWS_DEFAULT_REGION: text`${media.region}`,
        AWS_BUCKET: text`${media.bucket}`,
        AWS_URL: text`https://${media.publicHost}`,
        AWS_ENDPOINT: text`${media.endpoint}`,
        AWS_USE_PATH_STYLE_ENDPOINT: "true",
        AWS_REQUEST_CHECKSUM_CALCULATION: "WHEN_REQUIRED",
        AWS_RESPONSE_CHECKSUM_VALIDATION: "WHEN_REQUIRED",
        MEDIA_DELETE_LOCAL_AFTER_CLOUD: "true",
      };
      const common = {
        image,
        environment,
        user: `${owner}:${owner}`,
        hosts: [text`${media.mapping}`],
        directories: {
          [`${root}/storage`]: { path: text`${storage.path}` },
          // In place of the link that `storage:link` makes in the image's own files.
          [`${root}/public/storage`]: { path: text`${storage.path}/app/public` },
        },
        files: {
          [`${root}/storage/oauth-private.key`]: { content: text`${keys.privateKey}`, owner, mode: "0600" },
          [`${root}/storage/oauth-public.key`]: { content: text`${keys.publicKey}`, owner, mode: "0600" },
        },
        memoryFolders: ["/tmp", "/run", `${root}/bootstrap/cache`],
      };
      const done = (step: string): Text => text`${upgraded.folder}/done-${version}-${step}`;
      const backends = [text`${db.unit}`, text`${queue.unit}`, text`${media.unit}`];
      const setup = { "/setup/migrate.sh": { content: ownFile("migrate.sh", import.meta.url) } };
      const migrated = request(container, "migrate", {
        ...common,
        kind: "step",
        description: "Pixelfed's database schema",
        files: {
          ...common.files,
          ...setup,
          "/setup/relax.php": { content: ownFile("relax.php", import.meta.url) },
        },
        entrypoint: "/bin/sh",
        command: ["/setup/migrate.sh", "/setup/relax.php"],
        backends,
        after: [upgraded.unit],
        mark: done("migrate"),
      });
      const user = {
        username: initialUser.username,
        displayName: initialUser.displayName,
        email: initialUser.email,
      };
      request(container, "initial-user", {
        ...common,
        kind: "step",
        description: "The first account of Pixelfed",
        files: {
          ...common.files,
          "/setup/initial-user.php": { content: ownFile("initial-user.php", import.meta.url), restarts: false },
          "/setup/user.json": { content: canonicalJson(user), restarts: false },
          "/setup/password": { content: text`${initialPassword}`, owner, restarts: false },
        },
        command: ["php", "/setup/initial-user.php", "/setup/user.json", "/setup/password"],
        after: [migrated.unit],
        mark: text`${upgraded.folder}/initial-user`,
      });
      request(container, "web", {
        ...common,
        description: "Pixelfed's web interface",
        after: [migrated.unit],
        memory: 1024,
        // The image's frankenphp has this as a capability of its file, and the kernel runs no such file where it cannot be
        // had: execve(2), EPERM.
        capabilities: ["NET_BIND_SERVICE"],
        ports: [port],
        closedPorts: [port],
      });
      request(container, "worker", {
        ...common,
        description: "Pixelfed's jobs",
        command: ["php", "artisan", "horizon"],
        after: [migrated.unit],
        memory: 1024,
        stopSeconds: 60,
      });
      request(container, "scheduler", {
        ...common,
        description: "Pixelfed's regular tasks",
        command: ["php", "artisan", "schedule:work"],
        after: [migrated.unit],
        memory: 512,
      });
      request(webAddress, "web-address", {
        host: name,
        routes: [{ port, maxBody: (megabytes * options.maxAlbumLength + 10) * 1_048_576, timeout: 300 }],
        // The form has a session, which is in the database; the path for health checks does not ask that.
        healthPath: "/login",
        healthSeconds: 120,
      });
    },
  });
}

/** Pixelfed in the version that comes with the product. */
export const pixelfed = pixelfedAt(pinned);
