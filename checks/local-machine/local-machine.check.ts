import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run, runOk } from "../../src/providers/process/run.ts";
import { defineCheck } from "../driver/check.ts";

const program = join(import.meta.dirname, "testing/build-image.ts");

/** Runs something with a new empty cache. */
async function withCache(work: (cache: string) => Promise<void>): Promise<void> {
  const cache = await mkdtemp(join(tmpdir(), "fediversity-cache-"));
  try {
    await work(cache);
  } finally {
    await rm(cache, { recursive: true, force: true });
  }
}

/** The names in a cache that look like finished images. */
async function finished(cache: string): Promise<string[]> {
  return (await readdir(join(cache, "images"))).filter((name) => !name.includes("."));
}

async function processesOf(cache: string): Promise<string> {
  return (await run("pgrep", ["--full", `mmdebstrap.*${cache}`])).stdout;
}

/** What the embedded machines promise when they cannot be made, or are interrupted while they are. */
export const check = defineCheck({
  name: "local-machine",
  async run(lab) {
    await lab.subtest("an image whose building is killed or interrupted is not there, and nothing of it runs on", () =>
      withCache(async (cache) => {
        for (const signal of ["SIGKILL", "SIGINT"] as const) {
          const builder = spawn(process.execPath, [program, cache], { stdio: ["ignore", "pipe", "inherit"] });
          await new Promise<void>((resolve) => {
            builder.stdout.on("data", (chunk) => {
              if (String(chunk).includes("downloading packages")) resolve();
            });
          });
          assert.notEqual(await processesOf(cache), "");
          builder.kill(signal);
          const [code] = (await once(builder, "exit")) as [number | null];
          assert.equal(code, signal === "SIGINT" ? 1 : null);
          assert.deepEqual(await finished(cache), []);
          assert.equal(await processesOf(cache), "");
        }
        const mounts = await runOk("findmnt", ["--noheadings", "--output", "TARGET"]);
        assert.equal(mounts.includes(cache), false);
      }),
    );

    await lab.subtest("without a network the reason is said, and nothing half-made is left", () =>
      withCache(async (cache) => {
        const { code, stderr } = await run("unshare", ["--net", "--", process.execPath, program, cache]);
        assert.equal(code, 1);
        assert.match(stderr, /\[no-network\]/);
        assert.deepEqual(await finished(cache), []);
      }),
    );

    await lab.subtest("without room on the disk the reason is said before anything is tried", () =>
      withCache(async (cache) => {
        const mounted = 'mount -t tmpfs -o size=100m tmpfs "$2" && exec "$0" "$1" "$2"';
        const args = ["--mount", "--", "sh", "-c", mounted, process.execPath, program, cache];
        const { code, stderr } = await run("unshare", args);
        assert.equal(code, 1);
        assert.match(stderr, /100 MB are free, 1536 MB are needed \[disk-space\]/);
      }),
    );

    await lab.subtest("who is not root is told", () =>
      withCache(async (cache) => {
        const { code, stderr } = await run("unshare", ["--map-user=1000", "--", process.execPath, program, cache]);
        assert.equal(code, 1);
        assert.match(stderr, /\[not-root\]/);
      }),
    );
  },
});
