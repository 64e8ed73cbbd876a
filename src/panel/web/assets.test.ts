import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { assets } from "./assets.ts";

const folder = join(import.meta.dirname, "public");

void test("every file for browsers has an address that changes with its contents", async () => {
  const names = (await readdir(folder)).filter((name) => /\.(?:css|js|svg)$/.test(name));
  assert.ok(names.includes("panel.css"));
  for (const name of names) {
    const body = await readFile(join(folder, name));
    const hash = createHash("sha256").update(body).digest("hex").slice(0, 16);
    assert.equal(assets.url(name), `/assets/${hash}/${name}`);
    assert.deepEqual(assets.find(name)?.body, body);
  }
});

void test("nothing else is served", () => {
  for (const name of ["tsconfig.json", "../assets.ts", "toString", "__proto__", ""]) {
    assert.equal(assets.find(name), undefined, name);
    assert.throws(() => assets.url(name), TypeError);
  }
});

void test("scripts load nothing but each other, and pages neither code nor styles of their own", async () => {
  for (const name of (await readdir(folder)).filter((one) => one.endsWith(".js"))) {
    const text = await readFile(join(folder, name), "utf8");
    assert.doesNotMatch(text, /\beval\(|new Function|innerHTML\s*=|https?:\/\//, name);
  }
  assert.doesNotMatch(await readFile(join(folder, "panel.css"), "utf8"), /@import|url\(["']?(?:https?:)?\/\//);
});
