import type { DoubleImage } from "../double-image.ts";

// Both images share one folder, so that both check by the same table of variables; what is not for an image lacks its
// interpreter there.
const folder = new URL("./root/", import.meta.url);
const home = "/opt/mastodon";
const programs = [
  "/usr/local/bin/bundle",
  `${home}/bin/rails`,
  `${home}/bin/rake`,
  `${home}/bin/sidekiq`,
  `${home}/bin/tootctl`,
];
const owned = { uid: 991, gid: 991, mode: 0o755 };

/** Stands in for Mastodon's web process, its workers and its commands. */
export const mastodonImage: DoubleImage = {
  name: "ghcr.io/mastodon/mastodon",
  packages: ["bash", "ca-certificates", "curl", "puma", "ruby", "ruby-pg", "ruby-rack", "ruby-redis", "tini"],
  folder,
  programs,
  directories: [
    { path: home, ...owned },
    { path: `${home}/tmp`, ...owned },
    { path: `${home}/public/system`, ...owned },
  ],
  config: {
    User: "991:991",
    Entrypoint: ["/usr/bin/tini", "--"],
    Cmd: ["bundle", "exec", "puma", "-C", "config/puma.rb"],
    Env: [
      `PATH=${home}/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
      "LANG=C.UTF-8",
      "RAILS_ENV=production",
      "NODE_ENV=production",
      "RAILS_SERVE_STATIC_FILES=true",
      "BIND=0.0.0.0",
      "MASTODON_USE_LIBVIPS=true",
    ],
    WorkingDir: home,
    ExposedPorts: { "3000/tcp": {} },
  },
};

/** Stands in for Mastodon's streaming process. */
export const streamingImage: DoubleImage = {
  name: "ghcr.io/mastodon/mastodon-streaming",
  packages: ["ca-certificates", "curl", "node-pg", "node-redis", "node-ws", "nodejs"],
  folder,
  programs,
  directories: [{ path: home, ...owned }],
  config: {
    User: "991:991",
    Cmd: ["node", "./streaming/index.js"],
    Env: [
      "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
      "LANG=C.UTF-8",
      "NODE_ENV=production",
      "BIND=0.0.0.0",
    ],
    WorkingDir: home,
    ExposedPorts: { "4000/tcp": {} },
  },
};
