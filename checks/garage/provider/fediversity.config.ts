import { readFileSync } from "node:fs";
import { defineApplication, defineConfig, defineEnvironment, hosts, objectStorage, offer } from "fediversity";
import { z } from "zod";

/** What the check wants at the moment. */
const wanted = JSON.parse(readFileSync(new URL("./wanted.json", import.meta.url), "utf8")) as {
  readonly machines: Readonly<Record<string, string>>;
  readonly entry: string;
  readonly nodes: Readonly<Record<string, { readonly zone?: string; readonly capacity?: number }>>;
};

/** An application that needs buckets and nothing else. */
const album = defineApplication({
  name: "album",
  description: "Keeps pictures in buckets",
  options: z.object({ more: z.boolean().default(false).describe("Whether it needs another bucket") }),
  state: [{ kind: "bucket", request: "media", description: "Pictures" }],
  health: () => ({}),
  implementation({ options, domain, request }) {
    request(objectStorage, "media", { description: "pictures", host: `media.${domain}` });
    if (options.more) request(objectStorage, "more", { description: "more pictures", keyOf: "media" });
  },
});

export default defineConfig({
  applications: [album],
  environments: [
    defineEnvironment({
      name: "objects",
      description: "Three machines that keep objects together",
      offers: {
        objects: offer(objectStorage, {
          kind: "garage",
          capacity: 1_000_000_000,
          durable: false,
          nodes: wanted.nodes,
          replication: 3,
          web: { certificates: { from: "machine" } },
        }),
      },
      placement: () => wanted.entry,
      machines: hosts(wanted.machines),
    }),
  ],
});
