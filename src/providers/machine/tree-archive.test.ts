import assert from "node:assert/strict";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { secret, text } from "../../model/reference.ts";
import { buildGeneration, type TreeFile } from "../../system/generation.ts";
import { System } from "../../system/system.ts";
import { runOk } from "../process/run.ts";
import { treeArchive } from "./tree-archive.ts";

const long = `/etc/${"a-rather-long-name/".repeat(11)}file`;
const { files } = buildGeneration(
  System.parse({
    files: {
      "/etc/plain": { content: "Grüße 🎈\n" },
      "/etc/key": { content: text`one=${secret("a/one")}\ntwo=${secret("a/two")}\n`, mode: "0400" },
      "/usr/local/bin/run": { content: "#!/bin/sh\n", mode: "0755" },
      [long]: { content: "" },
    },
    units: { "a.service": { sections: { Service: { ExecStart: ["/bin/a"] } }, credentials: { pin: secret("a/one") } } },
  }),
  () => "1",
);
const reveal = (name: string): Promise<string> => Promise.resolve(`value of ${name} ✓`);

async function tar(archive: Buffer, ...options: readonly string[]): Promise<string> {
  return await runOk("tar", ["-zf", "-", ...options], { input: archive });
}

test("GNU tar finds every file with its mode, and no owner of the deployer's", async () => {
  const lines = (await tar(await treeArchive(files, reveal), "-tv", "--numeric-owner", "--utc", "--full-time"))
    .trimEnd()
    .split("\n");
  assert.equal(lines.length, files.length);
  for (const [index, { path, mode }] of files.entries()) {
    const [shown = "", owner, , date, time, name] = (lines[index] ?? "").split(/ +/);
    assert.equal(name, path);
    const bits = [...shown.slice(1)].map((letter) => (letter === "-" ? "0" : "1")).join("");
    assert.equal(Number.parseInt(bits, 2).toString(8).padStart(4, "0"), mode, path);
    assert.deepEqual([owner, date, time], ["0/0", "1970-01-01", "00:00:00"]);
  }
});

test("secrets are filled in, in files and as credentials, and every other byte is as it was", async () => {
  const archive = await treeArchive(files, reveal);
  const read = (path: string): Promise<string> => tar(archive, "-xO", "--", path);
  assert.equal(await read("files/etc/key"), "one=value of a/one ✓\ntwo=value of a/two ✓\n");
  assert.equal(await read("credentials/a.service/pin"), "value of a/one ✓");
  assert.equal(await read("files/etc/plain"), "Grüße 🎈\n");
  assert.equal(await read(`files${long}`), "");
});

test("equal trees give equal bytes, whenever they are packed and in whatever order secrets arrive", async () => {
  const slowly = async (name: string): Promise<string> => {
    if (name === "a/one") await new Promise((resolve) => setTimeout(resolve, 5));
    return await reveal(name);
  };
  assert.deepEqual(await treeArchive(files, slowly), await treeArchive(files, reveal));
});

test("a secret that cannot be had fails the whole archive", async () => {
  await assert.rejects(
    treeArchive(files, () => Promise.reject(new Error("no such secret"))),
    /no such secret/,
  );
});

test("whatever stands in a file arrives byte by byte", async () => {
  const file = (content: string): TreeFile => ({
    path: "files/etc/a",
    mode: "0644",
    owner: "root",
    group: "root",
    content,
    secret: false,
    identity: "",
  });
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: "grapheme", maxLength: 2000 }), async (content) => {
      // A tar archive: 512 bytes of header, which hold the size in octal at 124; then the content (tar(5)).
      const bytes = gunzipSync(await treeArchive([file(content)], reveal));
      const size = Number.parseInt(bytes.toString("latin1", 124, 135), 8);
      assert.equal(bytes.toString("utf8", 512, 512 + size), content);
    }),
    { numRuns: 40 },
  );
});
