import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { extract } from "tar-stream";
import { digestOf, packEntries } from "../../tools/image/oci-layout.ts";
import { contentEntries } from "./content-entries.ts";
import type { DoubleImage } from "./double-image.ts";

const image: DoubleImage = {
  name: "registry.example/app/app",
  packages: [],
  folder: pathToFileURL("/nowhere/"),
  programs: ["/usr/local/bin/app"],
  directories: [{ path: "/data", uid: 999, gid: 998, mode: 0o750 }],
  config: { Cmd: ["app"], WorkingDir: "/data" },
};

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

test("a program that is not there is refused", async () => {
  await assert.rejects(
    withFolder((folder) => contentEntries({ ...image, programs: ["/usr/bin/none"] }, folder, { version: "1.0.0" })),
    /\/usr\/bin\/none: named as a program/,
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
