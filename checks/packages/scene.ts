import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import { join } from "node:path";
import { Failure } from "../../src/model/failure.ts";
import {
  resolvePackages,
  type PackageFile,
  type PackageRequest,
} from "../../src/providers/machine/packages/resolve-packages.ts";

/** A machine that has the C library and nothing else: hello needs one file, cowsay needs Perl as well. */
export const status = ["libc6", "libcrypt1", "zlib1g"]
  .map((name) =>
    [
      `Package: ${name}`,
      "Status: install ok installed",
      "Architecture: amd64",
      "Multi-Arch: same",
      "Version: 1:99.0-1",
      "Maintainer: check <check@example.org>",
      "Description: stands for the machine's own",
      "",
    ].join("\n"),
  )
  .join("\n");

/** Where the steps work: a folder that goes with the lab, and a package cache in it that starts empty. */
export interface Scene {
  readonly folder: string;
  readonly cache: string;
  /** Resolves packages for the machine above and gives what was reported as well. */
  readonly resolve: (
    names: readonly string[],
    more?: Partial<PackageRequest>,
  ) => Promise<{ readonly files: readonly PackageFile[]; readonly texts: readonly string[] }>;
}

/** Makes the scene in a folder that exists. */
export function scene(folder: string): Scene {
  const cache = join(folder, "cache");
  return {
    folder,
    cache,
    resolve: async (names, more = {}) => {
      const texts: string[] = [];
      const report = ({ text }: { text: string }): unknown => texts.push(text);
      const { install } = await resolvePackages({ names, status, architecture: "amd64", cache, report, ...more });
      return { files: install, texts };
    },
  };
}

/** Does something while no download of apt's can succeed. */
export async function withoutNetwork<T>(work: () => Promise<T>): Promise<T> {
  const kept = { http: process.env["http_proxy"], https: process.env["https_proxy"] };
  // Port 9 is discard: nothing listens there, and a proxy that does not answer ends every download of apt's.
  process.env["http_proxy"] = process.env["https_proxy"] = "http://127.0.0.1:9";
  try {
    return await work();
  } finally {
    for (const [name, value] of Object.entries(kept)) {
      if (value === undefined) delete process.env[`${name}_proxy`];
      else process.env[`${name}_proxy`] = value;
    }
  }
}

/** Makes the judge of a rejection: a failure of this code, whose report matches. */
export function failsWith(code: string, matching?: RegExp): (thrown: unknown) => boolean {
  return (thrown) => {
    assert.ok(thrown instanceof Failure, String(thrown));
    assert.equal(thrown.code, code, JSON.stringify(thrown.report));
    if (matching !== undefined) assert.match(JSON.stringify(thrown.report), matching);
    return true;
  };
}

/** Serves the given texts by their paths, and nothing else, on a free port of this computer. */
export async function serve(texts: Readonly<Record<string, string>>): Promise<Server> {
  const server = createServer((request, response) => {
    const text = texts[request.url ?? ""];
    response.writeHead(text === undefined ? 404 : 200);
    response.end(text);
  });
  await new Promise<void>((resolved) => server.listen(0, "127.0.0.1", resolved));
  return server;
}
