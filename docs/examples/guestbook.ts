import { container, dataDirectory, database, defineApplication, text, upgrade, webAddress } from "fediversity";
import { z } from "zod";

const version = "1.4.0";
const port = 8085;
/** The image's own user, by number: it exists only inside. */
const owner = "1000";

/** A page on which visitors leave a line. */
export const guestbook = defineApplication({
  name: "guestbook",
  description: "A page on which visitors leave a line",
  options: z.object({
    title: z
      .string()
      .min(1)
      .max(100)
      .regex(/^[^\p{Cc}\p{Cs}]*$/u, "expected one line of text")
      .default("Guestbook")
      .describe("What stands above the lines"),
  }),
  state: [
    { kind: "database", request: "db", description: "What visitors wrote" },
    { kind: "directory", request: "pictures", description: "What they uploaded" },
  ],
  health: () => ({ answers: { kind: "http", port, path: "/health", deadline: 60 } }),
  implementation({ options, domain, initialUser, initialPassword, request, secret }) {
    const host = `guestbook.${domain}`;
    const db = request(database, "db", {});
    const pictures = request(dataDirectory, "pictures", {
      description: "pictures of the guestbook",
      owner,
      group: owner,
    });
    const common = {
      image: `registry.example.org/guestbook/guestbook:v${version}`,
      user: `${owner}:${owner}`,
      environment: {
        TITLE: options.title,
        PUBLIC_URL: `https://${host}`,
        LISTEN: `127.0.0.1:${String(port)}`,
        DATABASE_URL: text`postgresql://${db.user}:${db.password}@${db.host}:${db.port}/${db.name}`,
        SESSION_KEY: text`${secret("session-key", { format: "hex", length: 32 })}`,
      },
      directories: { "/var/lib/guestbook": { path: text`${pictures.path}` } },
      memoryFolders: ["/tmp"],
    };
    const release = request(upgrade, "release", { version, database: db, after: [db.unit] });
    const migrated = request(container, "migrate", {
      ...common,
      description: "The guestbook's database schema",
      kind: "step",
      command: ["guestbook", "migrate"],
      after: [db.unit, release.unit],
      mark: text`${release.folder}/done-${version}-migrate`,
    });
    request(container, "initial-user", {
      ...common,
      description: "The first account of the guestbook",
      kind: "step",
      command: ["guestbook", "create-admin", initialUser.username, "--password-file", "/setup/password"],
      files: { "/setup/password": { content: text`${initialPassword}`, owner, restarts: false } },
      after: [migrated.unit],
      mark: text`${release.folder}/initial-user`,
    });
    request(container, "web", {
      ...common,
      description: "The guestbook",
      command: ["guestbook", "serve"],
      after: [migrated.unit],
      memory: 256,
      ports: [port],
    });
    request(webAddress, "web-address", { host, routes: [{ port, maxBody: 10_000_000 }], healthPath: "/health" });
  },
});
