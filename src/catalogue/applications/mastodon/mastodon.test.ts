import assert from "node:assert/strict";
import { test } from "node:test";
import { contentOf, linesOf } from "../../testing/fulfilled.ts";
import { deployed, offers, systemOf, systemWith, variablesOf } from "../../testing/services.ts";
import { offer } from "../../environments/offer.ts";
import type { SecretDeclaration } from "../../../model/secret.ts";
import { mail } from "../../resources/mail.ts";

const system = systemWith("mastodon");
const web = variablesOf(system, "mastodon-web");
const processes = ["web", "sidekiq", "streaming"] as const;
const quadlet = (name: string): string => linesOf(system, `mastodon-${name}.container`).join("\n");
const settings = (options: object): Record<string, unknown> =>
  JSON.parse(
    contentOf(systemWith("mastodon", options), "/etc/fediversity/containers/mastodon-settings/setup/settings.json"),
  ) as Record<string, unknown>;

test("identity: accounts are called after the host, or after the domain, which then answers for them", () => {
  assert.deepEqual([web["LOCAL_DOMAIN"], web["WEB_DOMAIN"]], ["mastodon.example.org", undefined]);
  const short = systemWith("mastodon", { accountsAtDomain: true });
  const variables = variablesOf(short, "mastodon-web");
  assert.deepEqual([variables["LOCAL_DOMAIN"], variables["WEB_DOMAIN"]], ["example.org", "mastodon.example.org"]);
  const bare = contentOf(short, "/etc/caddy/sites/example.org.caddy");
  assert.match(bare, /@identity path \/\.well-known\/webfinger /);
  assert.match(bare, /redir @identity https:\/\/mastodon\.example\.org\{uri\} permanent/);
  assert.match(bare, /header @identity Access-Control-Allow-Origin \*/);
});

test("keys have the formats that Mastodon aborts without, and are made outside of it", () => {
  const { secrets } = deployed({ mastodon: {} }).deployment;
  assert.equal(web["OTP_SECRET"], undefined, "not read any more since 4.4.0");
  assert.equal(web["SECRET_KEY_BASE"], "{secret mastodon/secret-key-base}");
  assert.deepEqual(secrets["mastodon/secret-key-base"], { origin: "generated", format: "hex", length: 64 });
  const encryption = {
    ACTIVE_RECORD_ENCRYPTION_PRIMARY_KEY: "mastodon/encryption-primary",
    ACTIVE_RECORD_ENCRYPTION_DETERMINISTIC_KEY: "mastodon/encryption-deterministic",
    ACTIVE_RECORD_ENCRYPTION_KEY_DERIVATION_SALT: "mastodon/encryption-salt",
  };
  for (const [variable, name] of Object.entries(encryption)) {
    assert.equal(web[variable], `{secret ${name}}`);
    const { permanent, ...made } = secrets[name] as SecretDeclaration & { origin: "generated" };
    assert.deepEqual(made, { origin: "generated", format: "alphanumeric", length: 32 });
    assert.match(permanent ?? "", /encrypts in its database/);
  }
  assert.equal(web["VAPID_PRIVATE_KEY"], "{secret mastodon/web-push}");
  assert.equal(web["VAPID_PUBLIC_KEY"], "{secret mastodon/web-push-public}");
  assert.deepEqual(secrets["mastodon/web-push"], { origin: "key", type: "p256" });
  assert.deepEqual(secrets["mastodon/web-push-public"], { origin: "public-key", of: "mastodon/web-push" });
});

test("Garage: no access lists, path style, and media under a name of their own that is the bucket's", () => {
  assert.equal(
    web["S3_PERMISSION"],
    "",
    "there, and empty: without it Mastodon sets access lists, which Garage refuses",
  );
  assert.equal(web["S3_OVERRIDE_PATH_STYLE"], undefined, "path style is the default wherever there is an endpoint");
  assert.deepEqual(
    [web["S3_BUCKET"], web["S3_REGION"], web["S3_ENDPOINT"], web["S3_HOSTNAME"], web["S3_ALIAS_HOST"]],
    ["mastodon-media", "garage", "https://s3.example.org", "s3.example.org", "media.mastodon.example.org"],
  );
  const { buckets } = JSON.parse(contentOf(system, "/etc/fediversity/garage/buckets.json")) as { buckets: unknown[] };
  assert.deepEqual(buckets, [
    { bucket: "mastodon-media", host: "media.mastodon.example.org", cors: true, quota: null },
  ]);
});

test("the proxy on this machine is trusted, and nobody else; so users do not share one address", () => {
  for (const name of processes) {
    assert.equal(variablesOf(system, `mastodon-${name}`)["TRUSTED_PROXY_IP"], "127.0.0.1,::1", name);
  }
});

test("streaming has its route, without limits of body and with time; both listen on loopback", () => {
  const site = contentOf(system, "/etc/caddy/sites/mastodon.example.org.caddy");
  assert.match(
    site,
    /path \/api\/v1\/streaming \/api\/v1\/streaming\/\*\n\thandle @\S+ \{\n\t\treverse_proxy 127\.0\.0\.1:4000 \{[^}]*\{remote_host\}\n\t\t\tflush_interval -1\n\t\t\ttransport http \{\n\t\t\t\tread_timeout 3600s/,
  );
  assert.match(
    site,
    /\thandle \{\n\t\trequest_body \{\n\t\t\tmax_size 104857600\n\t\t\}\n\t\treverse_proxy 127\.0\.0\.1:3000/,
  );
  const streaming = variablesOf(system, "mastodon-streaming");
  assert.deepEqual([web["BIND"], web["PORT"]], ["127.0.0.1", "3000"]);
  assert.deepEqual([streaming["BIND"], streaming["PORT"]], ["127.0.0.1", "4000"]);
});

test("jobs are not lost: no namespace, no eviction, on the disk", () => {
  assert.equal(web["REDIS_NAMESPACE"], undefined);
  const configuration = contentOf(system, "/etc/fediversity/valkey/mastodon-queue.conf");
  assert.match(configuration, /^maxmemory-policy noeviction$/m);
  assert.match(configuration, /^appendonly yes$/m);
});

test("three processes of one version and one user; the scheduler's queue in one of them", () => {
  const version = /^Image=ghcr\.io\/mastodon\/mastodon:(v\S+)$/m.exec(quadlet("web"))?.[1] ?? "";
  assert.match(version, /^v\d+\.\d+\.\d+$/);
  assert.ok(quadlet("streaming").includes(`Image=ghcr.io/mastodon/mastodon-streaming:${version}`));
  for (const name of processes) assert.match(quadlet(name), /^User=991$/m);
  const schedulers = Object.keys(system.quadlets).filter((name) =>
    linesOf(system, name).join().includes("-q scheduler"),
  );
  assert.deepEqual(schedulers, ["mastodon-sidekiq.container"]);
  const sidekiq = variablesOf(system, "mastodon-sidekiq");
  assert.equal(sidekiq["DB_POOL"], sidekiq["SIDEKIQ_CONCURRENCY"], "a connection for each thread");
  assert.deepEqual(system.health["mastodon-sidekiq"], {
    kind: "command",
    command: [
      ...["/usr/bin/podman", "exec", "mastodon-sidekiq", "test", "-e"],
      "/opt/mastodon/tmp/sidekiq_process_has_started_and_will_begin_processing_jobs",
    ],
    deadline: 180,
  });
});

test("the schema comes first, after the dump and once for a version; nothing starts without it", () => {
  const migrate = quadlet("migrate");
  assert.match(migrate, /^Exec=bundle exec rake db:prepare$/m, "db:setup would erase what is there");
  assert.match(migrate, /^Requires=mastodon-release\.service$/m);
  assert.match(migrate, /^ConditionPathExists=!\/srv\/fediversity\/mastodon\/release\/done-4\.\d+\.\d+-migrate$/m);
  for (const name of [...processes, "initial-user", "settings", "clean-media"]) {
    assert.match(quadlet(name), /^Requires=mastodon-migrate\.service$/m, name);
    assert.match(quadlet(name), /^After=mastodon-migrate\.service$/m, name);
  }
});

test("the first account is made once, its password in a file for Mastodon alone", () => {
  const step = quadlet("initial-user");
  assert.match(step, /^ConditionPathExists=!\/srv\/fediversity\/mastodon\/release\/initial-user$/m);
  assert.doesNotMatch(step, /secret/);
  const folder = "/etc/fediversity/containers/mastodon-initial-user/setup";
  const password = system.files[`${folder}/password`];
  assert.equal(contentOf(system, `${folder}/password`), "{secret initial-user/password}");
  assert.deepEqual([password?.mode, password?.owner], ["0400", "991"]);
  assert.deepEqual(JSON.parse(contentOf(system, `${folder}/user.json`)), {
    name: "ada",
    displayName: "Ada Lovelace",
    email: "ada@example.org",
  });
  const script = contentOf(system, `${folder}/initial-user.rb`);
  assert.match(script, /"--confirmed", "--approve",\n\s*"--role", "Owner"/, "names of roles are case-sensitive");
  assert.match(script, /out: File::NULL/, "tootctl prints a password that nobody is to see");
  assert.match(script, /valid_password\?\(password\)/);
});

test("settings are those of the configuration, every time", () => {
  const cases = [
    ["closed", "none"],
    ["approval", "approved"],
    ["open", "open"],
  ] as const;
  for (const [registrations, mode] of cases) assert.equal(settings({ registrations })["registrations"], mode);
  assert.deepEqual(settings({ title: "Our place", description: "For us" }), {
    title: "Our place",
    description: "For us",
    email: "ada@example.org",
    registrations: "none",
  });
  assert.equal(web["DISABLE_AUTOMATIC_SWITCHING_TO_APPROVED_REGISTRATIONS"], "true", "else it changes by itself");
  assert.doesNotMatch(quadlet("settings"), /ConditionPathExists/);
  assert.equal(
    variablesOf(systemWith("mastodon", { languages: ["de", "en"] }), "mastodon-web")["DEFAULT_LOCALE"],
    "de",
  );
});

test("housekeeping forgets copies of others' files, and nothing that belongs to users", () => {
  const own = systemWith("mastodon", { mediaCacheDays: 3 });
  assert.ok(linesOf(own, "mastodon-clean-media.container").includes("Exec=bin/tootctl media remove --days 3"));
  const all = Object.keys(own.quadlets)
    .flatMap((name) => linesOf(own, name))
    .join("\n");
  assert.doesNotMatch(all, /include-follows|prune-profiles|statuses remove|--keep-interacted|accounts prune/);
  assert.ok(linesOf(own, "mastodon-clean-media-daily.timer").includes("Unit=mastodon-clean-media.service"));
  assert.equal(own.quadlets["mastodon-clean-media.container"]?.enabled, false, "only its timer starts it");
});

test("values are plain: no quotes that a container would take literally, no spaces", () => {
  for (const [name, value] of Object.entries(web)) {
    assert.match(value.replaceAll(/\{[^}]*\}/g, ""), /^[^\s"'#$]*$/, `${name}=${value}`);
  }
});

test("mail goes by the relay, on its terms", () => {
  const shown = [
    "SMTP_SERVER",
    "SMTP_PORT",
    "SMTP_ENABLE_STARTTLS",
    "SMTP_TLS",
    "SMTP_AUTH_METHOD",
    "SMTP_FROM_ADDRESS",
  ];
  assert.deepEqual(
    shown.map((name) => web[name]),
    ["relay.example.net", "587", "always", "false", "plain", "mastodon@example.org"],
  );
  const lab = { ...offers, mail: offer(mail, { host: "192.0.2.25", port: 25, security: "none" }) };
  const variables = variablesOf(systemOf(deployed({ mastodon: {} }, { offers: lab })), "mastodon-web");
  assert.deepEqual(
    shown.map((name) => variables[name]),
    ["192.0.2.25", "25", "never", "false", "none", "mastodon@example.org"],
  );
});
