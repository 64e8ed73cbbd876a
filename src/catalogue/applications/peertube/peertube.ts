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
import { service } from "../../resources/service.ts";
import { upgrade } from "../../resources/upgrade.ts";
import { webAddress } from "../../resources/web-address.ts";
import { host, hostOf, languages, line, paragraph, registrations } from "../options.ts";

const pinned = "8.3.1";
const port = 9000;
/** The image's own user: support/docker/production/Dockerfile. */
const owner = "999";
const initialUserFolder = "/etc/fediversity/peertube";

/** It migrates its database before it answers, which takes minutes where there are many videos. */
const startSeconds = 600;
const gigabyte = 1_000_000_000;

/**
 * PeerTube: docs.joinpeertube.org, Install with Docker; config/custom-environment-variables.yaml.
 * @param version the tag of its images without the v: for hosting providers who pin another one
 */
export function peertubeAt(version: string) {
  const image = `docker.io/chocobozzz/peertube:v${version}`;
  return defineApplication({
    name: "peertube",
    title: "PeerTube",
    version,
    description: "Videos and live streams, watched and hosted together",
    options: z.object({
      title: line(50).default("PeerTube").describe("The name of the instance"),
      description: line(250).default("").describe("What the instance is about, in a sentence"),
      about: paragraph(10_000).default("").describe("What the instance is about, at length: Markdown"),
      host,
      registrations,
      languages,
      userQuotaGigabytes: z.int().min(0).max(100_000).default(10).describe("What a user may upload; 0 is unlimited"),
      transcoding: z.boolean().default(true).describe("Whether videos are converted so that every browser plays them"),
      mediaCacheDays: z
        .int()
        .min(1)
        .max(3650)
        .default(30)
        .describe("Days after which views of others' videos are forgotten; videos, playlists and histories stay"),
    }),
    state: [
      { kind: "database", request: "db", description: "Accounts, channels, comments, settings" },
      { kind: "bucket", request: "videos", description: "Videos, playlists and captions" },
      { kind: "bucket", request: "private", description: "Original files and exports of users" },
      { kind: "directory", request: "data", description: "Avatars, thumbnails, plugins, uploads under way" },
      { kind: "directory", request: "config", description: "What administrators set in the browser" },
    ],
    health: () => ({
      answers: { kind: "http", port, path: "/api/v1/ping", deadline: startSeconds },
    }),
    implementation({ options, domain, initialUser, initialPassword, request, secret }) {
      const name = hostOf("peertube", domain, options.host);
      const db = request(database, "db", { extensions: ["pg_trgm", "unaccent"] });
      const jobs = request(cache, "jobs", { durable: true });
      const videos = request(objectStorage, "videos", { description: "videos of PeerTube", host: `media.${name}` });
      const hidden = request(objectStorage, "private", {
        description: "original files and exports of PeerTube",
        keyOf: "videos",
      });
      const relay = request(mail, "mail", { from: "peertube" });
      const folder = { mode: "0750", owner, group: owner };
      const data = request(dataDirectory, "data", { ...folder, description: "files of PeerTube" });
      const config = request(dataDirectory, "config", { ...folder, description: "settings of PeerTube" });
      const upgraded = request(upgrade, "release", { version, database: db, final: { host: name }, after: [db.unit] });

      const bucket = (kind: string, of: typeof videos, prefix: string): Readonly<Record<string, Text>> => ({
        [`PEERTUBE_OBJECT_STORAGE_${kind}_BUCKET_NAME`]: text`${of.bucket}`,
        [`PEERTUBE_OBJECT_STORAGE_${kind}_PREFIX`]: prefix,
      });
      const isPublic = (kind: string): Readonly<Record<string, Text>> => ({
        [`PEERTUBE_OBJECT_STORAGE_${kind}_BASE_URL`]: text`https://${videos.publicHost}`,
      });
      const environment: Readonly<Record<string, Text>> = {
        PEERTUBE_WEBSERVER_HOSTNAME: name,
        PEERTUBE_WEBSERVER_PORT: "443",
        PEERTUBE_WEBSERVER_HTTPS: "true",
        PEERTUBE_TRUST_PROXY: '["loopback"]',
        PEERTUBE_SECRET: text`${secret("secret", {
          format: "hex",
          length: 32,
          // server/core/helpers/otp.ts: CONFIG.SECRETS.PEERTUBE alone opens what lies in the table of users.
          permanent: "with another, users with two factors cannot log in, as PeerTube cannot read their second one",
        })}`,
        PEERTUBE_DB_HOSTNAME: text`${db.host}`,
        PEERTUBE_DB_PORT: text`${db.port}`,
        PEERTUBE_DB_NAME: text`${db.name}`,
        PEERTUBE_DB_USERNAME: text`${db.user}`,
        PEERTUBE_DB_PASSWORD: text`${db.password}`,
        PEERTUBE_DB_SSL: "false",
        PEERTUBE_REDIS_HOSTNAME: text`${jobs.host}`,
        PEERTUBE_REDIS_PORT: text`${jobs.port}`,
        PEERTUBE_REDIS_AUTH: text`${jobs.password}`,
        PEERTUBE_ADMIN_EMAIL: `root@${name}`,
        PEERTUBE_SMTP_HOSTNAME: text`${relay.host}`,
        PEERTUBE_SMTP_PORT: text`${relay.port}`,
        PEERTUBE_SMTP_USERNAME: text`${relay.user}`,
        PEERTUBE_SMTP_PASSWORD: text`${relay.password}`,
        PEERTUBE_SMTP_TLS: text`${relay.tls}`,
        PEERTUBE_SMTP_DISABLE_STARTTLS: text`${relay.plain}`,
        PEERTUBE_SMTP_FROM: text`${relay.from}`,
        PEERTUBE_OBJECT_STORAGE_ENABLED: "true",
        PEERTUBE_OBJECT_STORAGE_ENDPOINT: text`${videos.endpoint}`,
        PEERTUBE_OBJECT_STORAGE_REGION: text`${videos.region}`,
        // With path style PeerTube puts the bucket into public addresses as well; its web address takes it out again.
        PEERTUBE_OBJECT_STORAGE_FORCE_PATH_STYLE: text`${videos.pathStyle}`,
        PEERTUBE_OBJECT_STORAGE_CREDENTIALS_ACCESS_KEY_ID: text`${videos.accessKeyId}`,
        PEERTUBE_OBJECT_STORAGE_CREDENTIALS_SECRET_ACCESS_KEY: text`${videos.secretAccessKey}`,
        ...bucket("STREAMING_PLAYLISTS", videos, "streaming-playlists/"),
        ...isPublic("STREAMING_PLAYLISTS"),
        ...bucket("WEB_VIDEOS", videos, "web-videos/"),
        ...isPublic("WEB_VIDEOS"),
        ...bucket("CAPTIONS", videos, "captions/"),
        ...isPublic("CAPTIONS"),
        ...bucket("USER_EXPORTS", hidden, "user-exports/"),
        ...bucket("ORIGINAL_VIDEO_FILES", hidden, "original-video-files/"),
      };
      // JSON is YAML, and quotes whatever an operator writes. What administrators may change in the browser is here and not
      // in variables, which would always win.
      const production = {
        listen: { hostname: "127.0.0.1", port },
        instance: {
          name: options.title,
          short_description: options.description,
          description: options.about,
          languages: options.languages,
        },
        signup: {
          enabled: options.registrations !== "closed",
          requires_approval: options.registrations === "approval",
          requires_email_verification: true,
          // Upstream's default is ten accounts.
          limit: -1,
        },
        user: {
          video_quota: options.userQuotaGigabytes === 0 ? -1 : options.userQuotaGigabytes * gigabyte,
        },
        transcoding: { enabled: options.transcoding },
        views: { videos: { remote: { max_age: `${String(options.mediaCacheDays)} days` } } },
        // Garage has no access lists and refuses calls that set them.
        object_storage: { upload_acl: { public: null, private: null } },
      };
      const common = {
        image,
        user: `${owner}:${owner}`,
        environment,
        directories: { "/config": { path: text`${config.path}` }, "/data": { path: text`${data.path}` } },
        hosts: [text`${videos.mapping}`],
        memoryFolders: ["/tmp"],
      };
      const settings = { content: `${canonicalJson(production, 2)}\n`, owner };
      const server = request(container, "server", {
        ...common,
        description: "PeerTube",
        environment: {
          ...environment,
          PT_INITIAL_ROOT_PASSWORD: text`${secret("root-password", { format: "alphanumeric", length: 32 })}`,
        },
        files: { "/config/production.yaml": settings },
        backends: [text`${db.unit}`, text`${jobs.unit}`, text`${videos.unit}`],
        after: [upgraded.unit],
        memory: 4096,
        ports: [port],
        stopSeconds: 60,
      });
      request(container, "release-scripts", {
        ...common,
        kind: "step",
        description: "Scripts of PeerTube's releases between the version before and this one",
        files: {
          "/config/production.yaml": { ...settings, restarts: false },
          "/setup/release-scripts.sh": { content: ownFile("release-scripts.sh", import.meta.url), restarts: false },
        },
        directories: { ...common.directories, "/release": { path: text`${upgraded.folder}`, readOnly: true } },
        entrypoint: "/bin/sh",
        command: [
          ...["/setup/release-scripts.sh", version, "/release/upgrade", "/app"],
          `http://127.0.0.1:${String(port)}/api/v1/ping`,
        ],
        after: [server.unit],
        mark: text`${upgraded.folder}/done-${version}-release-scripts`,
        startSeconds: 3600,
      });
      const user = {
        host: name,
        username: initialUser.username,
        email: initialUser.email,
        channel: `${initialUser.username}_channel`,
        displayName: initialUser.displayName,
      };
      request(service, "initial-user", {
        description: "The first account of PeerTube",
        unit: "peertube-initial-user.service",
        kind: "step",
        packages: ["curl", "jq"],
        user: "root",
        command: [
          ...["/bin/sh", `${initialUserFolder}/initial-user.sh`, `http://127.0.0.1:${String(port)}`],
          ...[`${initialUserFolder}/initial-user.json`, text`${upgraded.folder}/initial-user`],
        ],
        files: {
          [`${initialUserFolder}/initial-user.sh`]: { content: ownFile("initial-user.sh", import.meta.url) },
          [`${initialUserFolder}/initial-user.json`]: { content: `${canonicalJson(user, 2)}\n` },
        },
        credentials: {
          password: text`${initialPassword}`,
          root: text`${secret("root-password", { format: "alphanumeric", length: 32 })}`,
        },
        writable: [text`${upgraded.folder}`],
        after: [server.unit],
      });
      request(webAddress, "web-address", {
        host: name,
        routes: [{ port, timeout: 900 }],
        // What signing in begins with: it is in the database, which the ping does not ask.
        healthPath: "/api/v1/oauth-clients/local",
        healthSeconds: startSeconds,
      });
    },
  });
}

/** PeerTube in the version that comes with the product. */
export const peertube = peertubeAt(pinned);
