import assert from "node:assert/strict";
import { test } from "node:test";
import { providerSecret } from "../../environments/define-environment.ts";
import { offer } from "../../environments/offer.ts";
import { objectStorage } from "../../resources/object-storage.ts";
import { contentOf, linesOf } from "../../testing/fulfilled.ts";
import { deployed, offers, systemWith, variablesOf } from "../../testing/services.ts";

const system = systemWith("peertube");
const variables = variablesOf(system, "peertube-server");
const server = linesOf(system, "peertube-server.container");

interface Production {
  readonly listen: object;
  readonly instance: Readonly<Record<string, unknown>>;
  readonly signup: object;
  readonly user: object;
  readonly transcoding: object;
  readonly object_storage: object;
}

function production(options: object = {}): Production {
  const path = "/etc/fediversity/containers/peertube-server/config/production.yaml";
  return JSON.parse(contentOf(systemWith("peertube", options), path)) as Production;
}

test("path style: the bucket's name comes into public addresses, and the web server takes it out again", () => {
  assert.equal(variables["PEERTUBE_OBJECT_STORAGE_FORCE_PATH_STYLE"], "true");
  for (const kind of ["STREAMING_PLAYLISTS", "WEB_VIDEOS", "CAPTIONS"]) {
    assert.equal(variables[`PEERTUBE_OBJECT_STORAGE_${kind}_BASE_URL`], "https://media.peertube.example.org", kind);
    assert.equal(variables[`PEERTUBE_OBJECT_STORAGE_${kind}_BUCKET_NAME`], "peertube-videos", kind);
  }
  assert.match(
    contentOf(system, "/etc/caddy/sites/media.peertube.example.org.caddy"),
    /path \/peertube-videos\/\*\n\thandle @\S+ \{\n\t\turi strip_prefix \/peertube-videos\n/,
  );
});

test("object storage that is there already has buckets that are host names, and no such trap", () => {
  const existing = offer(objectStorage, {
    kind: "s3",
    host: "objects.example.net",
    region: "eu-1",
    accessKeyId: providerSecret("dns-key"),
    secretAccessKey: providerSecret("dns-key"),
    publicDomain: "cdn.example.net",
  });
  const own = variablesOf(systemWith("peertube", {}, { offers: { ...offers, storage: existing } }), "peertube-server");
  assert.equal(own["PEERTUBE_OBJECT_STORAGE_FORCE_PATH_STYLE"], "false");
  assert.equal(own["PEERTUBE_OBJECT_STORAGE_WEB_VIDEOS_BASE_URL"], "https://peertube-videos.cdn.example.net");
});

test("kinds of files share a bucket only under prefixes of their own; what is private has a bucket that nobody reads", () => {
  const kinds = ["STREAMING_PLAYLISTS", "WEB_VIDEOS", "CAPTIONS", "USER_EXPORTS", "ORIGINAL_VIDEO_FILES"];
  const places = kinds.map((kind) => {
    const prefix = variables[`PEERTUBE_OBJECT_STORAGE_${kind}_PREFIX`] ?? "";
    assert.match(prefix, /^[a-z-]+\/$/);
    return `${variables[`PEERTUBE_OBJECT_STORAGE_${kind}_BUCKET_NAME`] ?? ""} ${prefix}`;
  });
  assert.equal(new Set(places).size, kinds.length);
  for (const kind of ["USER_EXPORTS", "ORIGINAL_VIDEO_FILES"]) {
    assert.equal(variables[`PEERTUBE_OBJECT_STORAGE_${kind}_BUCKET_NAME`], "peertube-private");
    assert.equal(variables[`PEERTUBE_OBJECT_STORAGE_${kind}_BASE_URL`], undefined);
  }
  const { buckets } = JSON.parse(contentOf(system, "/etc/fediversity/garage/buckets.json")) as { buckets: unknown[] };
  assert.deepEqual(buckets, [
    { bucket: "peertube-videos", host: "media.peertube.example.org", cors: true, quota: null },
    { bucket: "peertube-private", host: null, cors: true, quota: null },
  ]);
});

test("Garage has no access lists: PeerTube sets none, and no variable says otherwise", () => {
  assert.deepEqual(production().object_storage, { upload_acl: { public: null, private: null } });
  assert.ok(!Object.keys(variables).some((name) => name.includes("UPLOAD_ACL")));
});

test("the password of root is a secret in both places, and nothing else logs in with it", () => {
  const { secrets } = deployed({ peertube: {} }).deployment;
  assert.equal(variables["PT_INITIAL_ROOT_PASSWORD"], "{secret peertube/root-password}");
  assert.deepEqual(secrets["peertube/root-password"], { origin: "generated", format: "alphanumeric", length: 32 });
  const everywhere = Object.keys(system.files).filter((path) => contentOf(system, path).includes("root-password"));
  assert.deepEqual(everywhere, ["/etc/fediversity/containers/peertube-server/environment"]);
  const step = system.units["peertube-initial-user.service"];
  assert.deepEqual(step?.credentials["root"], { $text: [{ $secret: "peertube/root-password" }] });
  assert.doesNotMatch(linesOf(system, "peertube-initial-user.service").join("\n"), /secret/);
});

test("variables that PeerTube reads as JSON are JSON", () => {
  const read = [
    ...["PEERTUBE_WEBSERVER_PORT", "PEERTUBE_WEBSERVER_HTTPS", "PEERTUBE_TRUST_PROXY", "PEERTUBE_DB_PORT"],
    ...["PEERTUBE_DB_SSL", "PEERTUBE_REDIS_PORT", "PEERTUBE_SMTP_PORT", "PEERTUBE_SMTP_TLS"],
    ...["PEERTUBE_SMTP_DISABLE_STARTTLS", "PEERTUBE_OBJECT_STORAGE_ENABLED"],
    "PEERTUBE_OBJECT_STORAGE_FORCE_PATH_STYLE",
  ];
  const parsed = read.map((name) => [name, JSON.parse(variables[name] ?? "") as unknown] as const);
  assert.deepEqual(parsed.map(([, value]) => value).slice(0, 5), [443, true, ["loopback"], 5432, false]);
  for (const [name, value] of parsed) assert.notEqual(typeof value, "string", name);
});

test("what it cannot start without is there", () => {
  assert.equal(variables["PEERTUBE_ADMIN_EMAIL"], "root@peertube.example.org");
  assert.equal(variables["PEERTUBE_SECRET"], "{secret peertube/secret}");
  assert.deepEqual(deployed({ peertube: {} }).deployment.secrets["peertube/secret"], {
    origin: "generated",
    format: "hex",
    length: 32,
    permanent: "with another, users with two factors cannot log in, as PeerTube cannot read their second one",
  });
  assert.equal(variables["PEERTUBE_WEBSERVER_HOSTNAME"], "peertube.example.org");
  assert.equal(contentOf(system, "/etc/fediversity/postgresql/databases"), "peertube_db pg_trgm,unaccent\n");
});

test("production.yaml is JSON, so that a title can be anything; it changes without a variable that would win over it", () => {
  const title = `Ours: "a" # 'b' - {c} [d] &e *f !g |h >i %j @k`;
  const about = '# About\n\n- *one*\n\ttwo: "three"\n--- \n...\n';
  const { instance } = production({ title, about, languages: ["de", "pt-BR"] });
  assert.deepEqual(instance, {
    name: title,
    short_description: "",
    description: about,
    languages: ["de", "pt-BR"],
  });
  assert.ok(!Object.keys(variables).some((name) => /SIGNUP|INSTANCE|TRANSCODING|QUOTA/.test(name)));
});

test("options say who may come and how much they may keep", () => {
  const signup = (registrations: string): object => production({ registrations }).signup;
  const verified = { requires_email_verification: true, limit: -1 };
  assert.deepEqual(signup("closed"), { enabled: false, requires_approval: false, ...verified });
  assert.deepEqual(signup("approval"), { enabled: true, requires_approval: true, ...verified });
  assert.deepEqual(signup("open"), { enabled: true, requires_approval: false, ...verified });
  assert.deepEqual(production({ userQuotaGigabytes: 5 }).user, { video_quota: 5_000_000_000 });
  assert.deepEqual(production({ userQuotaGigabytes: 0 }).user, { video_quota: -1 });
  assert.deepEqual(production({ transcoding: false }).transcoding, { enabled: false });
});

test("it runs as its own user on folders that belong to it, and listens on loopback", () => {
  assert.deepEqual(production().listen, { hostname: "127.0.0.1", port: 9000 });
  for (const line of ["User=999", "Group=999", "ReadOnly=yes", "Volume=/srv/fediversity/peertube/data:/data"]) {
    assert.ok(server.includes(line), line);
  }
  for (const folder of ["data", "config"]) {
    const { mode, owner, group } = system.directories[`/srv/fediversity/peertube/${folder}`] ?? {};
    assert.deepEqual([mode, owner, group], ["0750", "999", "999"], folder);
  }
});

test("the first account is an administrator whose channel has another name", () => {
  const folder = "/etc/fediversity/peertube";
  assert.deepEqual(JSON.parse(contentOf(system, `${folder}/initial-user.json`)), {
    host: "peertube.example.org",
    username: "ada",
    email: "ada@example.org",
    channel: "ada_channel",
    displayName: "Ada Lovelace",
  });
  const script = contentOf(system, `${folder}/initial-user.sh`);
  assert.match(script, /role: 0, videoQuota: -1, videoQuotaDaily: -1/);
  assert.match(script, /--header "Host: \$host" --header 'X-Forwarded-Proto: https'/, "it answers nobody else");
  assert.match(script, /password@\$CREDENTIALS_DIRECTORY/);
  const lines = linesOf(system, "peertube-initial-user.service");
  assert.ok(lines.includes("Requires=peertube-server.service"));
  assert.ok(lines.includes("ReadWritePaths=/srv/fediversity/peertube/release"), "where the mark is that it was done");
});

test("migrations run at its start: after the dump", () => {
  assert.ok(server.includes("Requires=peertube-release.service") && server.includes("After=peertube-release.service"));
});

test("the scripts of releases are a step after the server, once for each version, and know the last upgrade", () => {
  const lines = linesOf(system, "peertube-release-scripts.container");
  const mark = "/srv/fediversity/peertube/release/done-8.3.1-release-scripts";
  for (const line of [
    "Requires=peertube-server.service",
    "After=peertube-server.service",
    `ConditionPathExists=!${mark}`,
    `ExecStartPost=/usr/bin/touch ${mark}`,
    "Volume=/srv/fediversity/peertube/release:/release:ro",
    "Exec=/setup/release-scripts.sh 8.3.1 /release/upgrade /app http://127.0.0.1:9000/api/v1/ping",
  ]) {
    assert.ok(
      lines.some((one) => one.startsWith(line)),
      line,
    );
  }
  assert.equal(variablesOf(system, "peertube-release-scripts")["PEERTUBE_DB_NAME"], "peertube_db");
});
