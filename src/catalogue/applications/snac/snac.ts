import { z } from "zod";
import { canonicalJson } from "../../../model/json.ts";
import { defineApplication } from "../../../model/application.ts";
import { text } from "../../../model/reference.ts";
import { ownFile } from "../../own-file.ts";
import { dataDirectory } from "../../resources/data-directory.ts";
import { service } from "../../resources/service.ts";
import { webAddress } from "../../resources/web-address.ts";
import { host, hostOf, line } from "../options.ts";

const port = 8001;
const user = "debian-snac";
const settings = "/etc/fediversity/snac/server.json";
const prepare = "/etc/fediversity/snac/prepare.sh";
const initialUser = "/etc/fediversity/snac/initial-user.sh";
const profile = "/etc/fediversity/snac/initial-user.json";

/** snac2: a small service for small communities, without a database. comam.es/what-is-snac, snac(8). */
export const snac = defineApplication({
  name: "snac",
  description: "A small, quiet place for short posts: for small communities",
  version: "Debian 13",
  options: z.object({
    title: line(100).default("").describe("The name of the instance"),
    description: line(500).default("").describe("What the instance is about"),
    host,
    mediaCacheDays: z
      .int()
      .min(7)
      .max(3650)
      .default(120)
      .describe("Days after which posts of others are forgotten; bookmarked and pinned posts stay"),
    maxAttachments: z.int().min(1).max(20).default(4).describe("Files that a post may have"),
  }),
  state: [{ kind: "directory", request: "data", description: "Accounts with their keys, posts, files" }],
  health: () => ({
    answers: { kind: "http", port, path: "/.well-known/nodeinfo" },
  }),
  implementation({ options, domain, initialUser: { username, displayName, email }, initialPassword, request }) {
    const name = hostOf("snac", domain, options.host);
    const data = request(dataDirectory, "data", {
      description: "accounts, posts and files of snac",
      mode: "0750",
      owner: user,
      group: user,
    });
    const instance = text`${data.path}/instance`;
    // snac(8), server.json; `layout` belongs to snac itself and is left alone.
    const wanted = {
      host: name,
      prefix: "",
      address: "127.0.0.1",
      port,
      protocol: "https",
      title: options.title,
      short_description: options.description,
      admin_email: email,
      admin_account: username,
      timeline_purge_days: options.mediaCacheDays,
      local_purge_days: 0,
      max_attachments: options.maxAttachments,
      // Without a mail server on the machine every attempt would only fail.
      disable_email_notifications: true,
    };
    request(service, "server", {
      description: "snac2, ActivityPub server",
      unit: "snac2.service",
      packages: ["snac2", "jq"],
      user,
      before: [["/bin/sh", prepare, instance, settings]],
      command: ["/usr/bin/snac", "httpd", instance],
      files: {
        [settings]: { content: `${canonicalJson(wanted, 2)}\n` },
        [prepare]: { content: ownFile("prepare.sh", import.meta.url) },
      },
      writable: [text`${data.path}`],
      ports: [port],
    });
    request(service, "initial-user", {
      description: "The first account of snac",
      unit: "snac-initial-user.service",
      kind: "step",
      packages: ["curl", "jq"],
      user,
      command: ["/bin/sh", initialUser, instance, `http://127.0.0.1:${String(port)}`, profile],
      files: {
        [initialUser]: { content: ownFile("initial-user.sh", import.meta.url) },
        [profile]: { content: `${canonicalJson({ uid: username, name: displayName }, 2)}\n` },
      },
      credentials: { password: text`${initialPassword}` },
      writable: [text`${data.path}`],
      after: ["snac2.service"],
    });
    request(webAddress, "web", {
      host: name,
      routes: [{ port, timeout: 90 }],
      healthPath: "/.well-known/nodeinfo",
    });
  },
});
