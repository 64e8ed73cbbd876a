import assert from "node:assert/strict";
import { readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { coded } from "../testing/coded.ts";
import { fakeRegistry } from "../testing/fake-skopeo.ts";
import { storedImage } from "./image-store.ts";

const image = "ghcr.io/example/app:v1";
const architecture = "amd64";

test("an image is fetched once, and every blob of it is a file under its digest", async (context) => {
  const registry = fakeRegistry(context);
  const { cache } = registry;
  const { digest, config, layers } = registry.push(image, ["one", "three"]);
  const options = { cache, image, digest, architecture };
  const found = await storedImage(options);
  const path = (of: string): string => join(cache, "blobs", of.replace(":", "/"));
  assert.deepEqual(
    [found.manifest, found.config, ...found.layers].map((blob) => [blob.digest, blob.path]),
    [digest, config, ...layers].map((of) => [of, path(of)]),
  );
  assert.deepEqual(
    found.layers.map(({ size }) => size),
    [3, 5],
  );
  assert.equal(readFileSync(found.layers[1]?.path ?? "", "utf8"), "three");
  assert.equal(registry.calls().length, 1);
  assert.deepEqual(await storedImage(options), found);
  assert.deepEqual(registry.calls(), [], "the second time nothing is asked");
});

test("several at once fetch it once; images share what they have in common", async (context) => {
  const registry = fakeRegistry(context);
  const { cache } = registry;
  const one = registry.push(image, ["base", "one"]);
  const two = registry.push("ghcr.io/example/app:v2", ["base", "two"]);
  const options = { cache, image, architecture };
  await Promise.all([1, 2, 3].map(() => storedImage({ ...options, digest: one.digest })));
  assert.equal(registry.calls().length, 1);
  const found = await storedImage({ ...options, image: "ghcr.io/example/app:v2", digest: two.digest });
  assert.equal(found.layers[0]?.digest, one.layers[0]);
  assert.equal(readdirSync(join(cache, "blobs/sha256")).length, 7);
});

test("another architecture is another image", async (context) => {
  const registry = fakeRegistry(context);
  const { digest } = registry.push(image, ["one"]);
  for (const name of ["amd64", "arm64"]) {
    await storedImage({ cache: registry.cache, image, digest, architecture: name });
    assert.match(registry.calls()[0] ?? "", new RegExp(`--override-arch ${name} `));
  }
});

test("what is missing, cut short or half-fetched is fetched again", async (context) => {
  const registry = fakeRegistry(context);
  const { cache } = registry;
  const { digest } = registry.push(image, ["one", "three"]);
  const options = { cache, image, digest, architecture };
  const found = await storedImage(options);
  registry.calls();
  const layer = found.layers[1]?.path ?? "";
  for (const damage of [
    () => truncateSync(layer, 2),
    () => rmSync(layer),
    () => rmSync(found.config.path),
    () => rmSync(found.manifest.path),
    () => rmSync(join(cache, "images"), { recursive: true }),
  ]) {
    damage();
    assert.deepEqual(await storedImage(options), found);
    assert.equal(registry.calls().length, 1);
    assert.equal(readFileSync(layer, "utf8"), "three");
  }
});

test("a fetch that fails leaves nothing that passes for an image", async (context) => {
  const registry = fakeRegistry(context);
  const { digest } = registry.push(image, ["one"]);
  const options = { cache: registry.cache, image, digest, architecture };
  registry.fail("connection reset by peer");
  await assert.rejects(storedImage(options), coded("registry-unreachable"));
  assert.deepEqual(readdirSync(join(registry.cache, "images")), []);
  registry.fail();
  assert.equal((await storedImage(options)).layers.length, 1);
  writeFileSync(join(registry.cache, "lock"), "");
  assert.equal((await storedImage(options)).layers.length, 1);
});
