import assert from "node:assert/strict";
import { test } from "node:test";
import { completeEntries, digestOf, layoutDocuments } from "./oci-layout.ts";

const config = { Cmd: ["app"], WorkingDir: "/data" };
const layer = { digest: digestOf(Buffer.from("packed")), diffId: digestOf(Buffer.from("plain")), size: 6 };

test("a path that would replace one of Debian's is refused", () => {
  assert.throws(
    () => completeEntries([{ path: "bin/app", mode: 0o755, content: Buffer.from("") }]),
    /\/bin: this path/,
  );
});

test("the documents of a layout refer to each other and to the layers", () => {
  const { digest, files } = layoutDocuments(config, [layer], "arm64");
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
  assert.equal(layoutDocuments(config, [layer], "arm64").digest, digest);
  assert.notEqual(layoutDocuments(config, [layer], "amd64").digest, digest);
});
