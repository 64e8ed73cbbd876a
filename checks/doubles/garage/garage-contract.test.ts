import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { contract } from "./garage-contract.ts";
import { doubleProgram, type Started, startGarage, stopGarage } from "./start-garage.ts";

const real = process.env["GARAGE_PROGRAM"] ?? "/var/cache/fediversity/garage/garage";

for (const { name, program } of [
  { name: "the double of Garage", program: doubleProgram },
  // Where its program has been built: npm run build-garage.
  ...(existsSync(real) ? [{ name: "Garage itself", program: [real] }] : []),
]) {
  describe(name, () => {
    let folder = "";
    let started: Started | undefined;
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), "garage-contract-"));
      started = await startGarage(folder, { program });
    });
    after(async () => {
      if (started) await stopGarage(started);
      await rm(folder, { recursive: true, force: true });
    });

    const inOrder = contract.filter(({ alone }) => alone);
    const sideBySide = contract.filter(({ alone }) => !alone);
    for (const [group, concurrency] of [
      [inOrder, 1],
      [sideBySide, 8],
    ] as const) {
      describe(concurrency === 1 ? "in order" : "side by side", { concurrency }, () => {
        for (const { name: what, run } of group) {
          test(what, async () => {
            assert.ok(started);
            await run(started.target);
          });
        }
      });
    }

    test("the token appears nowhere in what it prints", () => {
      assert.ok(started);
      assert.ok(!started.output().includes(started.target.token));
    });
  });
}
