import assert from "node:assert/strict";
import { test } from "node:test";
import { coded } from "../testing/coded.ts";
import { fakeRegistry } from "../testing/fake-skopeo.ts";
import { copyImage, resolveImage } from "./skopeo.ts";

const image = "registry.example.net:5000/example/app:v1.2";

test("a tag stands for the digest of the very bytes that the registry gives", async (context) => {
  const registry = fakeRegistry(context);
  const { digest } = registry.push(image, ["one"]);
  assert.equal(await resolveImage(image), digest);
  assert.deepEqual(registry.calls(), [`inspect --raw --no-tags --retry-times 2 docker://${image}`]);
});

test("an image is fetched by its digest, for the machine's architecture by the specification's name", async (context) => {
  const registry = fakeRegistry(context);
  const { digest } = registry.push(image, ["one"]);
  for (const [debian, name] of [
    ["amd64", "amd64"],
    ["armhf", "arm"],
    ["ppc64el", "ppc64le"],
    ["loong64", "loong64"],
  ] as const) {
    const folder = `${registry.cache}/image`;
    await copyImage({ image, digest, architecture: debian, folder, blobs: `${registry.cache}/blobs` });
    assert.deepEqual(registry.calls(), [
      `copy --quiet --retry-times 2 --override-os linux --override-arch ${name} --dest-shared-blob-dir ${registry.cache}/blobs docker://registry.example.net:5000/example/app@${digest} oci:${folder}:image`,
    ]);
  }
});

test("what the registry says becomes a failure that names the image and what to do", async (context) => {
  const registry = fakeRegistry(context);
  for (const [words, code] of [
    ["reading manifest v1.2 in registry.example.net/example/app: manifest unknown", "image-unknown"],
    ["unauthorized: authentication required", "image-denied"],
    ["requested access to the resource is denied", "image-denied"],
    ["Digest did not match, expected sha256:1, got sha256:2: digest mismatch", "image-damaged"],
    ['no image found in image index for architecture "arm", variant "", OS "linux"', "image-architecture"],
    ["write /var/cache: no space left on device", "disk-full"],
    ["pinging container registry: dial tcp: lookup registry.example.net: no such host", "registry-unreachable"],
  ] as const) {
    registry.fail(words);
    await assert.rejects(resolveImage(image), (error) => {
      assert.ok(coded(code)(error));
      const { report } = error as { report: { subject: string; details: readonly string[]; next: string } };
      assert.deepEqual([report.subject, report.details], [image, [words]]);
      return report.next !== "";
    });
  }
});

test("a computer without skopeo is told what to install", async (context) => {
  const before = process.env["PATH"];
  context.after(() => void (process.env["PATH"] = before));
  process.env["PATH"] = "/nonexistent";
  await assert.rejects(resolveImage(image), coded("command-missing", /does not have skopeo/));
});
