import type { DoubleImage } from "../double-image.ts";

/** Stands in for PeerTube's official image (app-contracts, section 2). */
export const peertubeImage: DoubleImage = {
  name: "docker.io/chocobozzz/peertube",
  packages: ["ca-certificates", "curl", "nodejs", "node-pg", "node-ws", "node-js-yaml"],
  folder: new URL("./root/", import.meta.url),
  programs: ["/usr/local/bin/entrypoint.sh", "/usr/local/bin/npm"],
  directories: [
    { path: "/app", uid: 999, gid: 999, mode: 0o755 },
    { path: "/data", uid: 999, gid: 999, mode: 0o755 },
    { path: "/config", uid: 999, gid: 999, mode: 0o755 },
  ],
  config: {
    Entrypoint: ["/usr/local/bin/entrypoint.sh"],
    Cmd: ["node", "dist/server"],
    Env: [
      "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
      "NODE_ENV=production",
      "NODE_CONFIG_DIR=/app/config:/app/support/docker/production/config:/config",
      "PEERTUBE_LOCAL_CONFIG=/config",
    ],
    WorkingDir: "/app",
    ExposedPorts: { "9000/tcp": {}, "1935/tcp": {}, "1936/tcp": {} },
  },
};
