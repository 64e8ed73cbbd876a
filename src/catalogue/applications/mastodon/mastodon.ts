import { z } from "zod";
import { defineApplication } from "../../../model/application.ts";
import { canonicalJson } from "../../../model/json.ts";
import { text, type Text } from "../../../model/reference.ts";
import { ownFile } from "../../own-file.ts";
import { cache } from "../../resources/cache.ts";
import { container } from "../../resources/container.ts";
import { database } from "../../resources/database.ts";
import { mail } from "../../resources/mail.ts";
import { objectStorage } from "../../resources/object-storage.ts";
import { timer } from "../../resources/timer.ts";
import { upgrade } from "../../resources/upgrade.ts";
import { webAddress } from "../../resources/web-address.ts";
import { host, hostOf, languages, line, registrations } from "../options.ts";

const pinned = "4.7.4";
const web = 3000;
const streaming = 4000;
/** The images' own user: Dockerfile, UID. */
const owner = "991";

const readyFile = "/opt/mastodon/tmp/sidekiq_process_has_started_and_will_begin_processing_jobs";

/** What Mastodon calls the ways to register: lib/mastodon/cli/settings.rb. */
const registrationModes = { closed: "none", approval: "approved", open: "open" } as const;

/**
 * Mastodon: docs.joinmastodon.org, Running Mastodon.
 * @param version the tag of its images without the v: for hosting providers who pin another one
 */
export function mastodonAt(version: string) {
  const image = `ghcr.io/mastodon/mastodon:v${version}`;
  const streamingImage = `ghcr.io/mastodon/mastodon-streaming:v${version}`;
  return defineApplication({
    name: "mastodon",
    title: "Mastodon",
    version,
    description: "Short posts, conversations and communities: the best known place of the fediverse",
    options: z.object({
      title: line(100).default("Mastodon").describe("The name of the instance"),
      // The settings in the browser take no more: app/models/form/admin_settings.rb.
      description: line(200).default("").describe("What the instance is about"),
      host,
      accountsAtDomain: z
        .boolean()
        .default(false)
        .describe("Whether accounts are called user@DOMAIN in place of user@HOST. Final once there are accounts"),
      registrations,
      languages,
      mediaCacheDays: z
        .int()
        .min(1)
        .max(3650)
        .default(14)
        .describe("Days for which files of other instances are kept; posts, bookmarks and one's own files always stay"),
    }),
    state: [
      { kind: "database", request: "db", description: "Accounts, posts, relations, settings" },
      { kind: "bucket", request: "media", description: "Files that users uploaded, and copies of others' files" },
      { kind: "directory", request: "queue", description: "Jobs that are not done yet" },
    ],
    health: () => ({
      web: { kind: "http", port: web, path: "/health", deadline: 180 },
      streaming: { kind: "http", port: streaming, path: "/api/v1/streaming/health", deadline: 120 },
      sidekiq: {
        kind: "command",
        command: ["/usr/bin/podman", "exec", "mastodon-sidekiq", "test", "-e", readyFile],
        deadline: 180,
      },
    }),
    implementation({ options, domain, initialUser, initialPassword, request, secret, keyPair }) {
      const name = hostOf("mastodon", domain, options.host);
      const local = options.accountsAtDomain ? domain : name;
      const db = request(database, "db", {});
      const queue = request(cache, "queue", { durable: true });
      const media = request(objectStorage, "media", { description: "files of Mastodon", host: `media.${name}` });
      const relay = request(mail, "mail", { from: "mastodon" });
      // Mastodon's .env.production.sample: they are not to be changed once they are in use.
      const permanent = "with another, two-factor secrets and whatever else Mastodon encrypts in its database are lost";
      const encryption = (key: string): Text =>
        text`${secret(`encryption-${key}`, { format: "alphanumeric", length: 32, permanent })}`;
      const push = keyPair("web-push", "p256");

      // docs.joinmastodon.org/admin/config; OTP_SECRET is not read any more since 4.4.0.
      const environment: Readonly<Record<string, Text>> = {
        LOCAL_DOMAIN: local,
        ...(local === name ? {} : { WEB_DOMAIN: name }),
        DEFAULT_LOCALE: options.languages[0] ?? "en",
        RAILS_LOG_LEVEL: "warn",
        DISABLE_AUTOMATIC_SWITCHING_TO_APPROVED_REGISTRATIONS: "true",
        TRUSTED_PROXY_IP: "127.0.0.1,::1",
        SECRET_KEY_BASE: text`${secret("secret-key-base", { format: "hex", length: 64 })}`,
        ACTIVE_RECORD_ENCRYPTION_PRIMARY_KEY: encryption("primary"),
        ACTIVE_RECORD_ENCRYPTION_DETERMINISTIC_KEY: encryption("deterministic"),
        ACTIVE_RECORD_ENCRYPTION_KEY_DERIVATION_SALT: encryption("salt"),
        VAPID_PRIVATE_KEY: text`${push.privateKey}`,
        VAPID_PUBLIC_KEY: text`${push.publicKey}`,
        DB_HOST: text`${db.host}`,
        DB_PORT: text`${db.port}`,
        DB_NAME: text`${db.name}`,
        DB_USER: text`${db.user}`,
        DB_PASS: text`${db.password}`,
        REDIS_HOST: text`${queue.host}`,
        REDIS_PORT: text`${queue.port}`,
        REDIS_PASSWORD: text`${queue.password}`,
        S3_ENABLED: "true",
        S3_BUCKET: text`${media.bucket}`,
        S3_REGION: text`${media.region}`,
        S3_PROTOCOL: "https",
        S3_HOSTNAME: text`${media.host}`,
        S3_ENDPOINT: text`${media.endpoint}`,
        S3_ALIAS_HOST: text`${media.publicHost}`,
        // Empty on purpose: Garage has no access lists and refuses calls that set them.
        S3_PERMISSION: "",
        AWS_ACCESS_KEY_ID: text`${media.accessKeyId}`,
        AWS_SECRET_ACCESS_KEY: text`${media.secretAccessKey}`,
        SMTP_SERVER: text`${relay.host}`,
        SMTP_PORT: text`${relay.port}`,
        SMTP_LOGIN: text`${relay.user}`,
        SMTP_PASSWORD: text`${relay.password}`,
        SMTP_FROM_ADDRESS: text`${relay.from}`,
        SMTP_DOMAIN: domain,
        SMTP_TLS: text`${relay.tls}`,
        SMTP_ENABLE_STARTTLS: text`${relay.starttls}`,
        SMTP_AUTH_METHOD: text`${relay.authentication}`,
        MALLOC_ARENA_MAX: "2",
        WEB_CONCURRENCY: "2",
        MAX_THREADS: "5",
      };
      const hosts = [text`${media.mapping}`];
      const common = { image, environment, user: `${owner}:${owner}`, memoryFolders: ["/opt/mastodon/tmp", "/tmp"] };

      const upgraded = request(upgrade, "release", {
        version,
        database: db,
        final: { host: name, accountsAtDomain: local },
        after: [db.unit],
      });
      const done = (step: string): Text => text`${upgraded.folder}/done-${version}-${step}`;
      const backends = [text`${db.unit}`, text`${queue.unit}`, text`${media.unit}`];
      const migrated = request(container, "migrate", {
        ...common,
        hosts,
        kind: "step",
        description: "Mastodon's database schema",
        command: ["bundle", "exec", "rake", "db:prepare"],
        backends,
        after: [upgraded.unit],
        mark: done("migrate"),
      });
      const settings = {
        title: options.title,
        description: options.description,
        email: initialUser.email,
        registrations: registrationModes[options.registrations],
      };
      const user = { name: initialUser.username, displayName: initialUser.displayName, email: initialUser.email };
      request(container, "initial-user", {
        ...common,
        hosts,
        kind: "step",
        description: "The first account of Mastodon",
        command: ["bin/rails", "runner", "/setup/initial-user.rb", "/setup/user.json", "/setup/password"],
        files: {
          "/setup/initial-user.rb": { content: ownFile("initial-user.rb", import.meta.url), restarts: false },
          "/setup/user.json": { content: canonicalJson(user), restarts: false },
          "/setup/password": { content: text`${initialPassword}`, owner, restarts: false },
        },
        after: [migrated.unit],
        mark: text`${upgraded.folder}/initial-user`,
      });
      request(container, "settings", {
        ...common,
        hosts,
        kind: "step",
        description: "Mastodon's settings as the configuration says",
        command: ["bin/rails", "runner", "/setup/settings.rb", "/setup/settings.json"],
        files: {
          "/setup/settings.rb": { content: ownFile("settings.rb", import.meta.url) },
          "/setup/settings.json": { content: canonicalJson(settings) },
        },
        after: [migrated.unit],
      });
      request(container, "web", {
        ...common,
        hosts,
        description: "Mastodon's web interface",
        environment: { ...environment, BIND: "127.0.0.1", PORT: String(web) },
        command: ["bundle", "exec", "puma", "-C", "config/puma.rb"],
        after: [migrated.unit],
        memory: 1280,
        ports: [web],
      });
      request(container, "sidekiq", {
        ...common,
        hosts,
        description: "Mastodon's jobs",
        environment: { ...environment, SIDEKIQ_CONCURRENCY: "10", DB_POOL: "10" },
        command: [
          ...["bundle", "exec", "sidekiq", "-c", "10", "-q", "default,8", "-q", "push,6", "-q", "ingress,4"],
          ...["-q", "mailers,2", "-q", "pull", "-q", "scheduler", "-q", "fasp"],
        ],
        after: [migrated.unit],
        memory: 1024,
        stopSeconds: 60,
      });
      request(container, "streaming", {
        description: "Mastodon's live updates",
        image: streamingImage,
        user: `${owner}:${owner}`,
        environment: { ...environment, BIND: "127.0.0.1", PORT: String(streaming) },
        after: [migrated.unit],
        memory: 512,
        memoryFolders: ["/tmp"],
        ports: [streaming],
      });
      const tasks = [
        ["media", "Forget old copies of others' files", ["media", "remove", "--days", String(options.mediaCacheDays)]],
        ["previews", "Forget old previews of links", ["preview_cards", "remove", "--days", "180"]],
      ] as const;
      for (const [task, description, words] of tasks) {
        request(container, `clean-${task}`, {
          ...common,
          hosts,
          description,
          kind: "task",
          command: ["bin/tootctl", ...words],
          after: [migrated.unit],
          startSeconds: 3600,
        });
        request(timer, `clean-${task}-daily`, {
          description,
          unit: `mastodon-clean-${task}.service`,
          calendar: "*-*-* 04:00:00",
          spread: 3600,
        });
      }
      request(webAddress, "web-address", {
        host: name,
        ...(local === name ? {} : { identityDomain: local }),
        routes: [
          { paths: ["/api/v1/streaming", "/api/v1/streaming/*"], port: streaming, timeout: 3600 },
          { port: web, maxBody: 104_857_600, timeout: 120 },
        ],
        healthPath: "/health",
      });
    },
  });
}

/** Mastodon in the version that comes with the product. */
export const mastodon = mastodonAt(pinned);
