import assert from "node:assert/strict";
import { test } from "node:test";
import { ImageDigest, ImageReference, pinnedName } from "./image.ts";

test("an image has registry and tag, so that no search list and no moving default decides", () => {
  for (const good of [
    "ghcr.io/mastodon/mastodon:v4.7.4",
    "docker.io/dxflrs/garage:v2.4.1",
    "registry.example.net:5000/a/b_c__d--e.f:1",
    "localhost/app:latest",
  ]) {
    assert.ok(ImageReference.safeParse(good).success, good);
  }
  for (const bad of [
    ...["mastodon", "mastodon:v1", "ghcr.io/mastodon/mastodon", "ghcr.io/Mastodon/mastodon:v1", "ghcr.io/a:"],
    ...[
      "ghcr.io/a:v1 -x",
      "ghcr.io/a:v1\nb",
      "-ghcr.io/a:v1",
      "ghcr.io//a:v1",
      "ghcr.io/../a:v1",
      "https://ghcr.io/a:v1",
    ],
    ...[`ghcr.io/a:${"x".repeat(52)}`, `ghcr.io/${"a".repeat(200)}:v1`, "ghcr.io/a:v1@sha256:abc"],
  ]) {
    assert.ok(!ImageReference.safeParse(bad).success, bad);
  }
});

test("a digest is SHA-256 in lower case", () => {
  assert.ok(ImageDigest.safeParse(`sha256:${"0a".repeat(32)}`).success);
  for (const bad of [`sha256:${"0A".repeat(32)}`, `sha512:${"0a".repeat(32)}`, "0a".repeat(32), "sha256:"]) {
    assert.ok(!ImageDigest.safeParse(bad).success, bad);
  }
});

test("a pinned name is itself an image's name, even with the longest tag", () => {
  const digest = `sha256:${"a".repeat(64)}`;
  const name = pinnedName("ghcr.io/a/b:v1", digest);
  assert.equal(name, `ghcr.io/a/b:v1-sha256-${"a".repeat(64)}`);
  const longest = `x${"y".repeat(50)}`;
  assert.ok(ImageReference.safeParse(`ghcr.io/a/b:${longest}`).success);
  assert.ok(pinnedName(longest, digest).length <= 128, "a tag has 128 characters at most");
});
