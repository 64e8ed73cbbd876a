import assert from "node:assert/strict";
import { test } from "node:test";
import { pinnedName } from "../../../system/image.ts";
import { fakeRegistry } from "../testing/fake-skopeo.ts";
import { fakeSession } from "../testing/fake-session.ts";
import { type AskedImage, type ImageTransfer, sendImages, transferOf } from "./send-images.ts";

const [a, b] = ["ghcr.io/example/a:v1", "ghcr.io/example/b:v2"] as const;

function prepared(context: Parameters<typeof fakeRegistry>[0]) {
  const registry = fakeRegistry(context);
  const one = registry.push(a, ["base", "one"]);
  const two = registry.push(b, ["base", "two"]);
  const reported: string[] = [];
  const transfer = (images: readonly AskedImage[], present: readonly string[] = []): Promise<ImageTransfer> =>
    transferOf({
      cache: registry.cache,
      images,
      present: new Set(present),
      architecture: "amd64",
      report: (text) => reported.push(text),
    });
  const both = [
    { image: a, digest: one.digest },
    { image: b, digest: two.digest },
  ];
  return { one, two, transfer, both, reported };
}

test("everything travels once, also what images share", async (context) => {
  const { one, two, transfer, both, reported } = prepared(context);
  const { blobs } = await transfer(both);
  const [base = "", own = ""] = one.layers;
  assert.deepEqual(
    blobs.map(({ digest }) => digest),
    [one.digest, one.config, base, own, two.digest, two.config, two.layers[1]],
  );
  assert.deepEqual(reported, [a, b]);
});

test("layers that the machine has stay here; a new version sends its new layers alone", async (context) => {
  const { one, two, transfer, both } = prepared(context);
  const digests = async (images: readonly AskedImage[], present: readonly string[]): Promise<readonly string[]> =>
    (await transfer(images, present)).blobs.map(({ digest }) => digest);
  assert.deepEqual(await digests(both.slice(1), one.layers), [two.digest, two.config, two.layers[1]]);
  assert.deepEqual(await digests(both, [...one.layers, ...two.layers]), [
    one.digest,
    one.config,
    two.digest,
    two.config,
  ]);
  assert.deepEqual(await transfer([]), { index: '{"schemaVersion":2,"manifests":[]}', blobs: [] });
});

test("the index names each image as the machine will, so that the name is its content", async (context) => {
  const { transfer, both } = prepared(context);
  const { index, blobs } = await transfer(both);
  const { schemaVersion, manifests } = JSON.parse(index) as { schemaVersion: number; manifests: unknown };
  assert.equal(schemaVersion, 2);
  assert.deepEqual(
    manifests,
    both.map(({ image, digest }) => ({
      mediaType: "application/vnd.oci.image.manifest.v1+json",
      digest,
      size: blobs.find((blob) => blob.digest === digest)?.size,
      annotations: { "org.opencontainers.image.ref.name": pinnedName(image, digest) },
    })),
  );
});

test("blobs go over with their names and sizes, the index last", async (context) => {
  const { one, transfer, both } = prepared(context);
  const found = await transfer(both.slice(0, 1));
  const session = fakeSession([]);
  const progress: (readonly [number, number])[] = [];
  await sendImages(session, found, (done, total) => progress.push([done, total]));
  const sizes = found.blobs.map(({ size }) => size);
  assert.deepEqual(session.sent, [
    ...[one.digest, one.config, ...one.layers].flatMap((digest, index) => [
      `blob ${digest.replace("sha256:", "")} ${String(sizes[index])}`,
      `<${String(sizes[index])}>`,
    ]),
    `index ${String(found.index.length)}`,
    `<${String(found.index.length)}>`,
  ]);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  assert.deepEqual(progress.at(-1), [total, total]);
});
