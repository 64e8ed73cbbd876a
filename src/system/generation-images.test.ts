import assert from "node:assert/strict";
import { test } from "node:test";
import { secret } from "../model/reference.ts";
import { buildGeneration, type Generation } from "./generation.ts";
import { System } from "./system.ts";
import { unitActions } from "./unit-actions.ts";

function file({ files }: Generation, path: string): unknown {
  return files.find((one) => one.path === path)?.content;
}

const image = "ghcr.io/example/app:v1.2";

function withImage(digest: string, from: "deployer" | "machine" = "deployer"): Generation {
  const quadlets = { "app.container": { sections: { Container: { Image: image, ContainerName: "app" } } } };
  return buildGeneration(
    System.parse({ images: { [image]: { from } }, quadlets }),
    () => "1",
    () => digest,
  );
}

test("an image is named after its content: another one restarts the container, and none is ever fetched at its start", () => {
  const [one, two] = ["a", "b"].map((digit) => `sha256:${digit.repeat(64)}`) as [string, string];
  const built = withImage(one);
  const name = `${image}-sha256-${"a".repeat(64)}`;
  assert.equal(file(built, "quadlets/app.container"), `[Container]\nContainerName=app\nImage=${name}\nPull=never\n`);
  assert.equal(file(built, "lists/images"), `${name} ${image} ${one} deployer\n`);
  assert.deepEqual(built.images, [{ image, digest: one, name, from: "deployer" }]);
  assert.ok(name.slice(name.lastIndexOf(":") + 1).length <= 128, "a tag has 128 characters at most");
  assert.deepEqual(
    unitActions(built.units, withImage(two).units).map(({ verb, unit }) => `${verb} ${unit}`),
    ["restart app.service"],
  );
  assert.notEqual(withImage(one, "machine").id, built.id);
  assert.throws(() => buildGeneration(System.parse({ images: { [image]: {} } }), () => "1"), {
    code: "internal",
    message: new RegExp(image),
  });
});

test("owners that exist only inside an image are numbers", () => {
  const built = buildGeneration(
    System.parse({
      files: { "/etc/app/key": { content: secret("a/key"), owner: "33", group: "33" } },
      directories: { "/srv/app": { owner: "991", group: "0", mode: "0750" } },
    }),
    () => "1",
  );
  assert.equal(file(built, "lists/tmpfiles.conf"), "d /srv/app 0750 991 0 - -\n");
  assert.match(built.manifest, /^s [0-9a-f]{64} 0600 33 33 files\/etc\/app\/key$/m);
  for (const owner of ["1000000000", "01", "-1", "1:1", "a b"]) {
    assert.ok(!System.safeParse({ directories: { "/srv/app": { owner } } }).success, owner);
  }
});

test("credentials of a unit's own stand beside ours", () => {
  const units = {
    "a.service": { sections: { Service: { LoadCredential: "own:/etc/own" } }, credentials: { b: "2", a: "1" } },
  };
  const folder = "/var/lib/fediversity/current/credentials/a.service";
  assert.equal(
    file(
      buildGeneration(System.parse({ units }), () => "1"),
      "units/a.service",
    ),
    `[Service]\nLoadCredential=own:/etc/own\nLoadCredential=a:${folder}/a\nLoadCredential=b:${folder}/b\n`,
  );
});
