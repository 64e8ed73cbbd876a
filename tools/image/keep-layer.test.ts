import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { keepLayer } from "./keep-layer.ts";

const layer = { digest: "sha256:a", diffId: "sha256:b", size: 4 };

test("a layer is made once, all of it or nothing, however many ask", async () => {
  const cache = await mkdtemp(join(tmpdir(), "layers-"));
  try {
    const folder = join(cache, "one");
    await assert.rejects(
      keepLayer(folder, () => Promise.reject(new Error("half-made"))),
      /half-made/,
    );
    assert.deepEqual(await readdir(cache), ["one.lock"]);
    let made = 0;
    const make = async (partial: string): Promise<typeof layer> => {
      made += 1;
      await writeFile(join(partial, "layer.tar.gz"), "tar\n");
      return layer;
    };
    const given = await Promise.all([1, 2, 3].map(() => keepLayer(folder, make)));
    assert.equal(made, 1);
    for (const one of given) assert.deepEqual(one, { ...layer, file: join(folder, "layer.tar.gz") });
    assert.equal(await readFile(join(folder, "layer.tar.gz"), "utf8"), "tar\n");
  } finally {
    await rm(cache, { recursive: true, force: true });
  }
});
