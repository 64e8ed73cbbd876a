import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";

/** An image made of texts in place of layers. */
export interface PreparedImage {
  readonly digest: string;
  readonly config: string;
  readonly layers: readonly string[];
}

/** A registry in a folder, and a program called skopeo in PATH that fetches from it. */
export interface FakeRegistry {
  /** Folder for an image store. */
  readonly cache: string;
  /** Puts an image under a name; gives its digests. */
  push(image: string, layers: readonly string[]): PreparedImage;
  /** Lets skopeo end with these words on its standard error, or work again. */
  fail(words?: string): void;
  /** The command lines that skopeo got since the last call. */
  calls(): readonly string[];
}

const program = `
while read -r line; do case $line in "") ;; *) echo "$line" >&2; failed=yes ;; esac; done <"$registry/failure"
[ -z "\${failed:-}" ] || exit 1
for last; do :; done
case $1 in
  inspect) cat "$registry/$(printf '%s' "\${last#docker://}" | tr '/:' '__').manifest" ;;
  copy)
    previous=
    for word; do
      [ "$previous" != --dest-shared-blob-dir ] || blobs=$word
      case $word in docker://*) digest=\${word##*@} ;; esac
      previous=$word
    done
    folder=\${last#oci:} folder=\${folder%:image}
    mkdir -p "$folder" "$blobs/sha256"
    while read -r blob; do cp "$registry/blobs/$blob" "$blobs/sha256/$blob"; done <"$registry/\${digest#sha256:}.list"
    cp "$registry/\${digest#sha256:}.index" "$folder/index.json" ;;
esac
`;

/** Makes one that is gone at the end of the test. */
export function fakeRegistry(context: TestContext): FakeRegistry {
  const folder = mkdtempSync(join(tmpdir(), "fediversity-registry-"));
  const registry = join(folder, "registry");
  const before = process.env["PATH"];
  context.after(() => {
    process.env["PATH"] = before;
    rmSync(folder, { recursive: true, force: true });
  });
  mkdirSync(join(registry, "blobs"), { recursive: true });
  mkdirSync(join(folder, "bin"));
  const log = join(folder, "calls");
  const script = `#!/bin/sh\nset -eu\nregistry='${registry}'\necho "$*" >>'${log}'\n${program}`;
  writeFileSync(join(folder, "bin/skopeo"), script);
  chmodSync(join(folder, "bin/skopeo"), 0o755);
  process.env["PATH"] = `${join(folder, "bin")}:${before ?? ""}`;

  const blob = (text: string): { readonly digest: string; readonly size: number } => {
    const hash = createHash("sha256").update(text).digest("hex");
    writeFileSync(join(registry, "blobs", hash), text);
    return { digest: `sha256:${hash}`, size: Buffer.byteLength(text) };
  };
  const fail = (words = ""): void => writeFileSync(join(registry, "failure"), `${words}\n`);
  fail();
  return {
    cache: join(folder, "cache"),
    push(image, layers) {
      const config = { mediaType: "application/vnd.oci.image.config.v1+json", ...blob(`config of ${layers.join()}`) };
      const descriptors = layers.map((layer) => ({
        mediaType: "application/vnd.oci.image.layer.v1.tar+gzip",
        ...blob(layer),
      }));
      const text = JSON.stringify({ schemaVersion: 2, config, layers: descriptors });
      const manifest = { mediaType: "application/vnd.oci.image.manifest.v1+json", ...blob(text) };
      const name = manifest.digest.replace("sha256:", "");
      const all = [manifest, config, ...descriptors].map(({ digest }) => `${digest.replace("sha256:", "")}\n`);
      writeFileSync(join(registry, `${image.replaceAll(/[/:]/g, "_")}.manifest`), text);
      writeFileSync(join(registry, `${name}.list`), all.join(""));
      writeFileSync(join(registry, `${name}.index`), JSON.stringify({ schemaVersion: 2, manifests: [manifest] }));
      return { digest: manifest.digest, config: config.digest, layers: descriptors.map(({ digest }) => digest) };
    },
    fail,
    calls() {
      const calls = existsSync(log) ? readFileSync(log, "utf8").trimEnd().split("\n") : [];
      rmSync(log, { force: true });
      return calls.filter((line) => line !== "");
    },
  };
}
