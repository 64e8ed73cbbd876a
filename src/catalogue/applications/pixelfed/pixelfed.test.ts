import assert from "node:assert/strict";
import { test } from "node:test";
import { contentOf, linesOf } from "../../testing/fulfilled.ts";
import { deployed, systemWith, variablesOf } from "../../testing/services.ts";

const system = systemWith("pixelfed");
const variables = variablesOf(system, "pixelfed-web");
const containers = ["migrate", "initial-user", "web", "worker", "scheduler"] as const;
const folder = (container: string): string => `/etc/fediversity/containers/pixelfed-${container}`;
const quadlet = (name: string): string => linesOf(system, `pixelfed-${name}.container`).join("\n");

test("the first account becomes an administrator by the very word that the command compares with", () => {
  const script = contentOf(system, `${folder("initial-user")}/setup/initial-user.php`);
  assert.match(script, /'--is_admin' => 'true',/);
  assert.match(script, /'--confirm_email' => '1',/);
  assert.match(script, /if \(\$user === null \|\| !\$user->is_admin\)/);
  assert.match(script, /\$made && !Illuminate\\Support\\Facades\\Hash::check\(\$password, \$user->password\)/);
  assert.equal(contentOf(system, `${folder("initial-user")}/setup/password`), "{secret initial-user/password}");
  const { mode, owner } = system.files[`${folder("initial-user")}/setup/password`] ?? {};
  assert.deepEqual([mode, owner], ["0400", "33"]);
  assert.match(quadlet("initial-user"), /^Exec=php \/setup\/initial-user\.php \/setup\/user\.json \/setup\/password$/m);
  // Where php lies is the image's affair.
  assert.doesNotMatch(quadlet("initial-user"), /^Entrypoint=/m);
  assert.match(quadlet("initial-user"), /^ConditionPathExists=!\/srv\/fediversity\/pixelfed\/release\/initial-user$/m);
});

test("PostgreSQL lets posts have no caption, after every migration", () => {
  const relax = contentOf(system, `${folder("migrate")}/setup/relax.php`);
  const [, pairs = ""] = /foreach \(\[(.*)\] as /.exec(relax) ?? [];
  assert.deepEqual(
    [...pairs.matchAll(/\['(\w+)', '(\w+)'\]/g)].map(([, table, column]) => `${table ?? ""}.${column ?? ""}`),
    ["media.caption", "statuses.caption", "statuses.rendered"],
  );
  assert.match(relax, /ALTER TABLE \$table ALTER COLUMN \$column DROP NOT NULL/);
  const migrate = contentOf(system, `${folder("migrate")}/setup/migrate.sh`);
  const order = ["artisan migrate --force", 'php "$1"', "artisan instance:actor", "artisan horizon:terminate"];
  assert.deepEqual(
    order.map((words) => migrate.indexOf(words)),
    order.map((words) => migrate.indexOf(words)).toSorted((a, b) => a - b),
  );
  assert.ok(order.every((words) => migrate.includes(words)));
  assert.match(quadlet("migrate"), /^Exec=\/setup\/migrate\.sh \/setup\/relax\.php$/m);
});

test("the configuration wins over what once stood in the database, and every step is a unit of its own", () => {
  assert.equal(variables["ENABLE_CONFIG_CACHE"], "false");
  assert.equal(variables["AUTORUN_ENABLED"], "false");
  for (const name of ["initial-user", "web", "worker", "scheduler"]) {
    assert.match(quadlet(name), /^Requires=pixelfed-migrate\.service$/m, name);
  }
  assert.match(quadlet("migrate"), /^Requires=pixelfed-release\.service$/m);
});

test("passport's keys are files of www-data alone, where it looks for them, in every container", () => {
  const { secrets } = deployed({ pixelfed: {} }).deployment;
  assert.deepEqual(secrets["pixelfed/passport"], { origin: "key", type: "rsa" });
  assert.deepEqual(secrets["pixelfed/passport-public"], { origin: "public-key", of: "pixelfed/passport" });
  for (const container of containers) {
    for (const [half, name] of [
      ["private", "pixelfed/passport"],
      ["public", "pixelfed/passport-public"],
    ] as const) {
      const inside = `/var/www/html/storage/oauth-${half}.key`;
      const path = `${folder(container)}${inside}`;
      assert.equal(contentOf(system, path), `{secret ${name}}`);
      const { mode, owner, group } = system.files[path] ?? {};
      assert.deepEqual([mode, owner, group], ["0600", "33", "33"], path);
      assert.ok(quadlet(container).includes(`Volume=${path}:${inside}:ro`));
    }
    assert.match(quadlet(container), /^User=33\nVolume=/m);
  }
});

test("every folder that Laravel writes to and does not make is there, and belongs to it", () => {
  const storage = "/srv/fediversity/pixelfed/storage";
  const needed = [
    ...["", "/app/public/m", "/framework/cache/data", "/framework/sessions", "/framework/testing"],
    ...["/framework/views", "/logs"],
  ];
  for (const below of needed) {
    const { owner, group } = system.directories[`${storage}${below}`] ?? {};
    assert.deepEqual([owner, group], ["33", "33"], below);
  }
  for (const path of Object.keys(system.directories).filter((one) => one.startsWith(`${storage}/`))) {
    assert.ok(
      system.directories[path.slice(0, path.lastIndexOf("/"))],
      `${path} lies in a folder that is not declared`,
    );
  }
  assert.ok(quadlet("web").includes(`Volume=${storage}:/var/www/html/storage\n`));
  assert.ok(quadlet("web").includes(`Volume=${storage}/app/public:/var/www/html/public/storage\n`));
});

test("the key of the application is 32 bytes in base64, with Laravel's word before them", () => {
  assert.equal(variables["APP_KEY"], "base64:{secret pixelfed/app-key}");
  assert.deepEqual(deployed({ pixelfed: {} }).deployment.secrets["pixelfed/app-key"], {
    origin: "generated",
    format: "base64",
    length: 32,
    permanent: "with another, what Pixelfed has encrypted in its database cannot be read any more",
  });
});

test("the port that the image opens to everybody is for this machine alone", () => {
  assert.match(
    contentOf(system, "/etc/fediversity/restricted-ports/pixelfed-web-8080.nft"),
    /iif lo tcp dport 8080 accept\n *tcp dport 8080 reject/,
  );
  assert.match(contentOf(system, "/etc/caddy/sites/pixelfed.example.org.caddy"), /reverse_proxy 127\.0\.0\.1:8080/);
});

test("behind the proxy it speaks HTTPS under its own name", () => {
  const expected = {
    APP_URL: "https://pixelfed.example.org",
    APP_DOMAIN: "pixelfed.example.org",
    ADMIN_DOMAIN: "pixelfed.example.org",
    SESSION_DOMAIN: "pixelfed.example.org",
    TRUST_PROXIES: "127.0.0.1,::1",
    FORCE_HTTPS_URLS: "true",
    SSL_MODE: "off",
    OAUTH_ENABLED: "true",
    ACTIVITY_PUB: "true",
    APP_ENV: "production",
    APP_DEBUG: "false",
  };
  for (const [name, value] of Object.entries(expected)) assert.equal(variables[name], value, name);
});

test("photos go to the bucket, by path style and without checksums that Garage does not know", () => {
  const expected = {
    PF_ENABLE_CLOUD: "true",
    FILESYSTEM_CLOUD: "s3",
    AWS_BUCKET: "pixelfed-media",
    AWS_ENDPOINT: "https://s3.example.org",
    AWS_URL: "https://media.pixelfed.example.org",
    AWS_DEFAULT_REGION: "garage",
    AWS_USE_PATH_STYLE_ENDPOINT: "true",
    AWS_REQUEST_CHECKSUM_CALCULATION: "WHEN_REQUIRED",
    AWS_RESPONSE_CHECKSUM_VALIDATION: "WHEN_REQUIRED",
  };
  for (const [name, value] of Object.entries(expected)) assert.equal(variables[name], value, name);
});

test("limits hold from the browser to PHP: megabytes of a photo times photos of a post", () => {
  const own = systemWith("pixelfed", { maxPhotoMegabytes: 20, maxAlbumLength: 4 });
  const limits = variablesOf(own, "pixelfed-web");
  assert.deepEqual(
    ["MAX_PHOTO_SIZE", "MAX_ALBUM_LENGTH", "PHP_UPLOAD_MAX_FILE_SIZE", "PHP_POST_MAX_SIZE"].map((name) => limits[name]),
    ["20480", "4", "21M", "90M"],
  );
  assert.match(
    contentOf(own, "/etc/caddy/sites/pixelfed.example.org.caddy"),
    new RegExp(`max_size ${String(90 * 1_048_576)}`),
  );
});

test("who may come", () => {
  const open = (registrations: string): readonly unknown[] => {
    const own = variablesOf(systemWith("pixelfed", { registrations }), "pixelfed-web");
    return [own["OPEN_REGISTRATION"], own["INSTANCE_CUR_REG"]];
  };
  assert.deepEqual(open("closed"), ["false", "false"]);
  assert.deepEqual(open("approval"), ["true", "true"]);
  assert.deepEqual(open("open"), ["true", "false"]);
});

test("web, worker and scheduler are one image with different commands; its jobs survive", () => {
  assert.doesNotMatch(quadlet("web"), /^Exec=/m);
  assert.match(quadlet("worker"), /^Exec=php artisan horizon$/m);
  assert.match(quadlet("scheduler"), /^Exec=php artisan schedule:work$/m);
  const images = new Set(containers.map((name) => /^Image=(.*)$/m.exec(quadlet(name))?.[1]));
  assert.equal(images.size, 1);
  assert.match(contentOf(system, "/etc/fediversity/valkey/pixelfed-queue.conf"), /^maxmemory-policy noeviction$/m);
});

test("texts stand in quotes, which Laravel takes away: without them `null` and `true` would be values", () => {
  const own = variablesOf(systemWith("pixelfed", { title: "null", description: "(empty)" }), "pixelfed-web");
  assert.deepEqual(
    ["APP_NAME", "MAIL_FROM_NAME", "INSTANCE_DESCRIPTION"].map((name) => own[name]),
    ['"null"', '"null"', '"(empty)"'],
  );
});

test("whatever the instance says of itself has a cache of its own, so that nothing old is answered", () => {
  const prefix = (options: object): string =>
    variablesOf(systemWith("pixelfed", options), "pixelfed-web")["CACHE_PREFIX"] ?? "";
  assert.match(prefix({}), /^pixelfed-[0-9a-f]{12}-$/);
  const others = [{ title: "Photos" }, { description: "of us" }, { registrations: "open" }, { maxAlbumLength: 4 }];
  assert.equal(new Set([{}, ...others].map(prefix)).size, others.length + 1);
  assert.equal(prefix({ title: "Photos" }), prefix({ title: "Photos" }));
  assert.equal(variablesOf(system, "pixelfed-worker")["CACHE_PREFIX"], prefix({}), "all of its containers share it");
});
