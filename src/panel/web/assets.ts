import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("public", import.meta.url));
const types: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
};

/** A file that browsers load beside a page. */
interface Asset {
  readonly body: Buffer;
  readonly type: string;
  readonly hash: string;
}

const files = new Map<string, Asset>(
  readdirSync(folder)
    .filter((name) => Object.hasOwn(types, extname(name)))
    .map((name) => {
      const body = readFileSync(join(folder, name));
      const hash = createHash("sha256").update(body).digest("hex").slice(0, 16);
      return [name, { body, type: types[extname(name)] ?? "", hash }];
    }),
);

/** Styles, scripts and pictures: their addresses change with their contents, so that browsers keep them. */
export const assets = {
  /** @throws TypeError when there is no such file */
  url(name: string): string {
    const file = files.get(name);
    if (file === undefined) throw new TypeError(`public/ has no ${name}`);
    return `/assets/${file.hash}/${name}`;
  },
  find: (name: string): Asset | undefined => files.get(name),
};
