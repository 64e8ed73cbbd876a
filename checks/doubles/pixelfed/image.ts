import type { DoubleImage } from "../double-image.ts";

const wwwData = { uid: 33, gid: 33, mode: 0o755 };
const html = "/var/www/html";

/** What the official image has below `storage`: hidden by a volume that is mounted there. */
const storageFolders = [
  "",
  "/app",
  "/app/public",
  "/framework",
  "/framework/cache",
  "/framework/sessions",
  "/framework/views",
  "/logs",
];

/** Stands in for Pixelfed's official image, which builds on serversideup/php with FrankenPHP. */
export const pixelfedImage: DoubleImage = {
  name: "ghcr.io/pixelfed/pixelfed",
  packages: ["ca-certificates", "curl", "php8.4-cli", "php8.4-curl", "php8.4-mbstring", "php8.4-pgsql", "php8.4-redis"],
  folder: new URL("root/", import.meta.url),
  programs: [
    "/usr/local/bin/docker-php-serversideup-entrypoint",
    "/usr/local/bin/frankenphp",
    "/usr/local/bin/healthcheck-horizon",
    "/usr/local/bin/healthcheck-schedule",
    `${html}/artisan`,
  ],
  directories: [
    { path: `${html}/bootstrap/cache`, ...wwwData },
    // For the link that `storage:link` makes.
    { path: `${html}/public`, ...wwwData },
    ...storageFolders.map((folder) => ({ path: `${html}/storage${folder}`, ...wwwData })),
  ],
  config: {
    User: "www-data",
    Entrypoint: ["docker-php-serversideup-entrypoint"],
    Cmd: ["frankenphp", "run", "--config", "/etc/frankenphp/Caddyfile", "--adapter", "caddyfile"],
    Env: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "APP_BASE_DIR=/var/www/html"],
    WorkingDir: html,
    ExposedPorts: { "8080/tcp": {}, "8443/tcp": {} },
  },
};
