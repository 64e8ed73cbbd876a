import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { coded } from "../testing/coded.ts";
import { lockImages, readImageLock, updateImageLock } from "./image-lock.ts";

const [a, b] = ["ghcr.io/example/a:v1", "ghcr.io/example/b:v2"] as const;
const digest = (digit: string): string => `sha256:${digit.repeat(64)}`;

function temporaryFolder(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "fediversity-lock-"));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A registry that gives these digests, and remembers what it was asked for. */
function registry(digests: Readonly<Record<string, string>>) {
  const asked: string[] = [];
  return {
    asked,
    resolve(image: string): Promise<string> {
      asked.push(image);
      const found = digests[image];
      return found === undefined ? Promise.reject(new Error(`${image} is unknown`)) : Promise.resolve(found);
    },
  };
}

test("a tag is asked for once, and stands for the same from then on", async (context) => {
  const file = join(temporaryFolder(context), "new/folder/images.json");
  const first = registry({ [a]: digest("1"), [b]: digest("2") });
  assert.deepEqual(await lockImages(file, [a, b], first.resolve), { [a]: digest("1"), [b]: digest("2") });
  assert.deepEqual(first.asked, [a, b]);
  const text = readFileSync(file, "utf8");
  assert.equal(text, `${JSON.stringify({ [a]: digest("1"), [b]: digest("2") }, undefined, 2)}\n`);

  const moved = registry({ [a]: digest("9"), [b]: digest("9") });
  assert.deepEqual(await lockImages(file, [a], moved.resolve), { [a]: digest("1") });
  assert.deepEqual(moved.asked, []);
  assert.equal(readFileSync(file, "utf8"), text);
});

test("what is not locked yet is added, and nothing else is touched", async (context) => {
  const file = join(temporaryFolder(context), "images.json");
  await lockImages(file, [a], registry({ [a]: digest("1") }).resolve);
  const more = registry({ [b]: digest("2") });
  assert.deepEqual(await lockImages(file, [b, a], more.resolve), { [b]: digest("2"), [a]: digest("1") });
  assert.deepEqual(more.asked, [b]);
  assert.deepEqual(await readImageLock(file), { [a]: digest("1"), [b]: digest("2") });
});

test("without images there is no file, and a registry that fails leaves none behind", async (context) => {
  const file = join(temporaryFolder(context), "images.json");
  assert.deepEqual(await lockImages(file, [], registry({}).resolve), {});
  await assert.rejects(lockImages(file, [a, b], registry({ [a]: digest("1") }).resolve), /b:v2 is unknown/);
  assert.ok(!existsSync(file));
  assert.deepEqual(await readImageLock(file), {});
});

test("several machines at once agree about a tag", async (context) => {
  const file = join(temporaryFolder(context), "images.json");
  const runs = ["1", "2", "3"].map((digit) => registry({ [a]: digest(digit) }).resolve);
  await Promise.all(runs.map((resolve) => lockImages(file, [a], resolve)));
  const locked = await readImageLock(file);
  assert.deepEqual(await lockImages(file, [a], registry({ [a]: digest("9") }).resolve), locked);
});

test("what another run locked while the registry was asked holds", async (context) => {
  const file = join(temporaryFolder(context), "images.json");
  const locked = await lockImages(file, [a, b], async (image) => {
    await lockImages(file, [a], registry({ [a]: digest("1") }).resolve);
    return image === a ? digest("9") : digest("2");
  });
  assert.deepEqual(locked, { [a]: digest("1"), [b]: digest("2") });
});

test("an update says what changed, and locks that", async (context) => {
  const file = join(temporaryFolder(context), "images.json");
  await lockImages(file, [a, b], registry({ [a]: digest("1"), [b]: digest("2") }).resolve);
  const moved = registry({ [a]: digest("1"), [b]: digest("3") });
  assert.deepEqual(await updateImageLock(file, moved.resolve), [{ image: b, before: digest("2"), after: digest("3") }]);
  assert.deepEqual(await readImageLock(file), { [a]: digest("1"), [b]: digest("3") });
  assert.deepEqual(await updateImageLock(file, moved.resolve), []);
  await assert.rejects(updateImageLock(file, registry({ [b]: digest("4") }).resolve), /a:v1 is unknown/);
  assert.deepEqual(await readImageLock(file), { [a]: digest("1"), [b]: digest("3") }, "all or nothing");
});

test("a file that is broken is no empty one", async (context) => {
  const folder = temporaryFolder(context);
  const file = join(folder, "images.json");
  for (const [text, found] of [
    ["{", /it is not JSON/],
    ["", /it is not JSON/],
    ["[]", /does not fit its schema/],
    [JSON.stringify({ mastodon: digest("1") }), /does not fit its schema/],
    [JSON.stringify({ [a]: "sha256:abc" }), /does not fit its schema/],
  ] as const) {
    writeFileSync(file, text);
    await assert.rejects(readImageLock(file), coded("image-lock-invalid", found));
    const never = registry({ [a]: digest("1") });
    await assert.rejects(lockImages(file, [a], never.resolve), coded("image-lock-invalid"));
    assert.deepEqual([never.asked, readFileSync(file, "utf8")], [[], text]);
  }
  await assert.rejects(readImageLock(folder), coded("image-lock-invalid", /cannot be read/));
});
