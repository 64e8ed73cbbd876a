import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { extract } from "tar-stream";
import type { DoubleImage } from "./double-image.ts";
import { completeEntries, contentEntries, digestOf, layoutDocuments, packEntries } from "./oci-layout.ts";

const image: DoubleImage = {
  name: "registry.example/app/app",
  packages: [],
  folder: pathToFileURL("/nowhere/"),
  programs: ["/usr/local/bin/app"],
  directories: [{ path: "/data", uid: 999, gid: 998, mode: 0o750 }],
  config: { Cmd: ["app"], WorkingDir: "/data" },
};
const layer = { digest: digestOf(Buffer.from("packed")), diffId: digestOf(Buffer.from("plain")), size: 6 };

async function withFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "double-"));
  try {
    await mkdir(join(folder, "usr/local/bin"), { recursive: true });
    await writeFile(join(folder, "usr/local/bin/app"), "#!/bin/sh\n", { mode: 0o600 });
    await writeFile(join(folder, "usr/notes"), "text", { mode: 0o700 });
    await symlink("usr/local/bin/app", join(folder, "app"));
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

test("a layer has the folder's files, the wanted folders, every parent and the build", async () => {
  const entries = await withFolder((folder) => contentEntries(image, folder, { version: "8.3.1" }));
  assert.deepEqual(
    entries.map(({ path, mode, uid }) => `${path} ${mode.toString(8)} ${String(uid ?? 0)}`),
    [
      "app 777 0",
      "data 750 999",
      "etc 755 0",
      "etc/double.json 644 0",
      "usr 755 0",
      "usr/local 755 0",
      "usr/local/bin 755 0",
      "usr/local/bin/app 755 0",
      "usr/notes 644 0",
    ],
  );
  const about = entries.find(({ path }) => path === "etc/double.json")?.content?.toString();
  assert.equal(about, '{"fault":null,"version":"8.3.1"}\n');
});

test("a program that is not there and a path that would replace one of Debian's are refused", async () => {
  await assert.rejects(
    withFolder((folder) => contentEntries({ ...image, programs: ["/usr/bin/none"] }, folder, { version: "1.0.0" })),
    /\/usr\/bin\/none: named as a program/,
  );
  assert.throws(
    () => completeEntries([{ path: "bin/app", mode: 0o755, content: Buffer.from("") }]),
    /\/bin: this path/,
  );
});

test("equal entries give equal archives, which hold owners, modes, links and no times", async () => {
  const entries = await withFolder((folder) => contentEntries(image, folder, { version: "8.3.1", fault: "unhealthy" }));
  const again = await withFolder((folder) => contentEntries(image, folder, { version: "8.3.1", fault: "unhealthy" }));
  const archive = await packEntries(entries);
  assert.equal(digestOf(archive), digestOf(await packEntries(again)));
  const reader = extract();
  reader.end(archive);
  const seen: string[] = [];
  for await (const entry of reader) {
    const { header } = entry;
    seen.push(
      `${header.type} ${header.name} ${String(header.uid)}:${String(header.gid)} ${header.linkname ?? ""}`.trim(),
    );
    assert.equal(header.mtime?.getTime(), 0);
    entry.resume();
  }
  assert.deepEqual(seen.slice(0, 3), [
    "symlink app 0:0 usr/local/bin/app",
    "directory data 999:998",
    "directory etc 0:0",
  ]);
});

test("the documents of a layout refer to each other and to the layers", () => {
  const { digest, files } = layoutDocuments(image, [layer], "arm64");
  const read = (path: string): unknown => JSON.parse(String(files.find((file) => file.path === path)?.content));
  const index = read("index.json") as { manifests: { digest: string; size: number }[] };
  assert.equal(index.manifests[0]?.digest, digest);
  const manifest = read(`blobs/${digest.replace(":", "/")}`) as { config: { digest: string }; layers: unknown[] };
  assert.deepEqual(manifest.layers, [
    { mediaType: "application/vnd.oci.image.layer.v1.tar+gzip", digest: layer.digest, size: 6 },
  ]);
  assert.deepEqual(read(`blobs/${manifest.config.digest.replace(":", "/")}`), {
    architecture: "arm64",
    config: { Cmd: ["app"], WorkingDir: "/data" },
    created: "1970-01-01T00:00:00Z",
    os: "linux",
    rootfs: { diff_ids: [layer.diffId], type: "layers" },
    variant: "v8",
  });
  assert.equal(layoutDocuments(image, [layer], "arm64").digest, digest);
  assert.notEqual(layoutDocuments(image, [layer], "amd64").digest, digest);
});
