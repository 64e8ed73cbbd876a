import { createHash } from "node:crypto";
import { lstat, readdir, readFile, readlink } from "node:fs/promises";
import { join } from "node:path";
import { pack } from "tar-stream";
import { Failure } from "../../src/model/failure.ts";
import { canonicalJson } from "../../src/model/json.ts";

/** A layer as a manifest and a configuration name it. */
export interface Layer {
  /** `sha256:…` of the compressed archive. */
  readonly digest: string;
  /** `sha256:…` of the archive itself. */
  readonly diffId: string;
  /** Bytes of the compressed archive. */
  readonly size: number;
}

/** One member of a layer. Owner and group are root's unless given. */
export interface LayerEntry {
  /** Without a slash at its begin. */
  readonly path: string;
  readonly mode: number;
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
  /** Neither content nor target: a folder. */
  readonly content?: Buffer | undefined;
  readonly target?: string | undefined;
}

/** How a container of an image is started, as in the OCI image configuration: image-spec, config.md. */
export interface ImageConfig {
  readonly User?: string;
  readonly Entrypoint?: readonly string[];
  readonly Cmd?: readonly string[];
  readonly Env?: readonly string[];
  readonly WorkingDir?: string;
  readonly ExposedPorts?: Readonly<Record<string, Record<string, never>>>;
}

/** A file of an OCI layout. */
export interface LayoutFile {
  readonly path: string;
  readonly content: Buffer;
}

const mediaTypes = {
  config: "application/vnd.oci.image.config.v1+json",
  index: "application/vnd.oci.image.index.v1+json",
  layer: "application/vnd.oci.image.layer.v1.tar+gzip",
  manifest: "application/vnd.oci.image.manifest.v1+json",
};

// Links (/bin) and folders with modes of their own (/tmp) in the layer below, which an entry of ours would replace.
const foldersToLeave: readonly string[] = ["bin", "lib", "lib64", "root", "sbin", "tmp", "usr/bin/X11", "var/tmp"];

// Only these of Debian's architectures have another name in the OCI image-spec (Go's GOARCH).
const architectures: Readonly<Record<string, { architecture: string; variant?: string }>> = {
  arm64: { architecture: "arm64", variant: "v8" },
  armhf: { architecture: "arm", variant: "v7" },
  i386: { architecture: "386" },
  ppc64el: { architecture: "ppc64le" },
};

/** `sha256:` and the hash of some bytes. */
export function digestOf(content: Buffer): string {
  return `sha256:${createHash("sha256").update(content).digest("hex")}`;
}

/** Where a layout keeps what has a digest. */
export function blobPath(digest: string): string {
  return `blobs/${digest.replace(":", "/")}`;
}

function parentsOf(path: string): string[] {
  const parts = path.split("/").slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join("/"));
}

/**
 * Completes a layer: every folder above an entry is there (who unpacks a layer gives missing ones odd modes), and
 * entries are sorted.
 * @throws Failure `image-build` when an entry would replace a link or a folder of Debian's
 */
export function completeEntries(entries: readonly LayerEntry[]): LayerEntry[] {
  const byPath = new Map<string, LayerEntry>();
  for (const { path } of entries) {
    for (const parent of parentsOf(path)) byPath.set(parent, { path: parent, mode: 0o755 });
  }
  for (const entry of entries) byPath.set(entry.path, entry);
  for (const path of foldersToLeave) {
    if (!byPath.has(path)) continue;
    throw new Failure({
      code: "image-build",
      attempted: "make the layer of an image",
      subject: `/${path}`,
      found: "this path of Debian's root file system is a link, or has a mode of its own",
      next: "Put the file elsewhere, such as below /usr/local or /opt.",
    });
  }
  return [...byPath.values()].toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

/**
 * Reads a folder as entries of a layer.
 * @param isProgram whether a file, by its path in the folder, gets mode 0755 and not 0644
 */
export async function filesBelow(
  folder: string,
  isProgram: (path: string) => boolean,
  prefix = "",
): Promise<LayerEntry[]> {
  const entries: LayerEntry[] = [];
  for (const name of await readdir(join(folder, prefix))) {
    const path = prefix === "" ? name : `${prefix}/${name}`;
    const kind = await lstat(join(folder, path));
    if (kind.isDirectory()) entries.push(...(await filesBelow(folder, isProgram, path)));
    else if (kind.isSymbolicLink()) entries.push({ path, mode: 0o777, target: await readlink(join(folder, path)) });
    else {
      const mode = isProgram(path) ? 0o755 : 0o644;
      entries.push({ path, mode, content: await readFile(join(folder, path)) });
    }
  }
  return entries;
}

/** Packs entries into a tar archive whose bytes depend on nothing else. */
export async function packEntries(entries: readonly LayerEntry[]): Promise<Buffer> {
  const archive = pack();
  for (const { path, mode, uid = 0, gid = 0, content, target } of entries) {
    const header = { name: path, mode, uid, gid, mtime: new Date(0) };
    if (target !== undefined) archive.entry({ ...header, type: "symlink", linkname: target });
    else if (content === undefined) archive.entry({ ...header, type: "directory" });
    else archive.entry(header, content);
  }
  archive.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of archive) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/**
 * Writes the documents of an OCI layout that holds one image (image-spec: config.md, manifest.md, image-layout.md).
 * @param layers from the lowest to the highest; their blobs are not among the files
 * @param debianArchitecture as `dpkg --print-architecture` prints it
 */
export function layoutDocuments(
  config: ImageConfig,
  layers: readonly Layer[],
  debianArchitecture: string,
): { readonly digest: string; readonly files: readonly LayoutFile[] } {
  const blob = (value: unknown): LayoutFile & { readonly digest: string; readonly size: number } => {
    const content = Buffer.from(canonicalJson(value));
    const digest = digestOf(content);
    return { content, digest, size: content.length, path: blobPath(digest) };
  };
  const configuration = blob({
    created: "1970-01-01T00:00:00Z",
    os: "linux",
    ...(architectures[debianArchitecture] ?? { architecture: debianArchitecture }),
    config,
    rootfs: { type: "layers", diff_ids: layers.map(({ diffId }) => diffId) },
  });
  const manifest = blob({
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config: { mediaType: mediaTypes.config, digest: configuration.digest, size: configuration.size },
    layers: layers.map(({ digest, size }) => ({ mediaType: mediaTypes.layer, digest, size })),
  });
  const index = canonicalJson({
    schemaVersion: 2,
    mediaType: mediaTypes.index,
    manifests: [{ mediaType: mediaTypes.manifest, digest: manifest.digest, size: manifest.size }],
  });
  return {
    digest: manifest.digest,
    files: [
      { path: configuration.path, content: configuration.content },
      { path: manifest.path, content: manifest.content },
      { path: "index.json", content: Buffer.from(index) },
      { path: "oci-layout", content: Buffer.from(canonicalJson({ imageLayoutVersion: "1.0.0" })) },
    ],
  };
}
