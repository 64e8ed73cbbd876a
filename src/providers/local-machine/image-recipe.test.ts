import assert from "node:assert/strict";
import { test } from "node:test";
import { imageId, imageRecipe, mmdebstrapArguments } from "./image-recipe.ts";

const given = { architecture: "amd64", tidy: "#!/bin/sh\n" };

test("an image is named by what goes into it, in whatever order it is given", () => {
  const id = imageId(imageRecipe({ ...given, packages: ["podman", "curl"] }));
  assert.match(id, /^[0-9a-f]{16}$/);
  assert.equal(imageId(imageRecipe({ ...given, packages: ["curl", "podman", "systemd"] })), id);
  for (const other of [
    { ...given, packages: ["podman"] },
    { ...given, packages: ["podman", "curl"], architecture: "arm64" },
    { ...given, packages: ["podman", "curl"], tidy: "#!/bin/sh\nset -eu\n" },
  ]) {
    assert.notEqual(imageId(imageRecipe(other)), id);
  }
});

test("mmdebstrap is told the archive, the settings of apt and the packages", () => {
  const args = mmdebstrapArguments({
    recipe: imageRecipe({ ...given, packages: ["hello"] }),
    archive: {
      repositories: [
        { uri: "http://mirror.example/debian/", suite: "trixie" },
        { uri: "http://mirror.example/debian-security/", suite: "trixie-security" },
      ],
      settings: ['Acquire::Check-Valid-Until "false"'],
    },
    folder: "/cache/image",
    tidyScript: "/cache/tidy",
  });
  assert.deepEqual(args, [
    "--mode=root",
    "--format=directory",
    "--variant=minbase",
    "--architectures=amd64",
    "--include=ca-certificates,dbus,hello,iproute2,openssh-server,systemd,systemd-sysv,udev",
    '--aptopt=Acquire::Languages "none"',
    '--aptopt=Acquire::Check-Valid-Until "false"',
    "--dpkgopt=path-exclude=/usr/share/man/*",
    "--dpkgopt=path-exclude=/usr/share/doc/*",
    "--dpkgopt=path-include=/usr/share/doc/*/copyright",
    "--customize-hook=/cache/tidy",
    "trixie",
    "/cache/image",
    "deb http://mirror.example/debian/ trixie main",
    "deb http://mirror.example/debian-security/ trixie-security main",
  ]);
});
