import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { unitActions } from "../../../system/unit-actions.ts";
import { renderUnitIndex, type UnitEntry } from "../../../system/unit-index.ts";
import { runOk } from "../../process/run.ts";

const path = fc.constantFrom("/etc/a.conf", "/etc/b.conf", "/etc/b.conf.d", "/srv/c");
const paths = fc.uniqueArray(path, { maxLength: 3 });

const unit = (name: string): fc.Arbitrary<UnitEntry> =>
  fc.record({
    name: fc.constant(name),
    restartHash: fc.constantFrom("r1", "r2"),
    reloadHash: fc.constantFrom("l1", "l2"),
    onChange: fc.constantFrom("restart", "reload", "nothing"),
    enabled: fc.boolean(),
    restartOn: paths,
    reloadOn: paths,
  });

const index = fc
  .uniqueArray(fc.constantFrom("a.service", "a-b.service", "a@1.service", "b.timer", "B.socket", "a.b.service"))
  .chain((names) => fc.tuple(...names.map(unit)));

const cases = fc.array(fc.tuple(index, index, paths), { minLength: 60, maxLength: 60 });

test("the machine decides about units exactly as the plan does", async () => {
  const read = (part: string): string => readFileSync(new URL(`./${part}.sh`, import.meta.url), "utf8");
  const folder = mkdtempSync(join(tmpdir(), "fediversity-units-"));
  try {
    // One shell for many cases, since starting shells is what takes time.
    const program = `${read("base")}\n${read("units")}\nwhile read -r old new edited; do unit_actions "$old" "$new" "$edited"; say --; done\n`;
    writeFileSync(join(folder, "program"), program);
    await fc.assert(
      fc.asyncProperty(cases, async (list) => {
        const input = list.map(([before, after, edited], number) => {
          const names = ["old", "new"].map((side) => join(folder, `${String(number)}.${side}`));
          writeFileSync(names[0] ?? "", renderUnitIndex(before));
          writeFileSync(names[1] ?? "", renderUnitIndex(after));
          return `${names.join(" ")} ${edited.join(",")}\n`;
        });
        const said = await runOk("sh", [join(folder, "program")], { input: input.join("") });
        const expected = list.map(([before, after, edited]) =>
          unitActions(before, after, new Set(edited))
            .map(({ verb, unit: name }) => `${verb} ${name}\n`)
            .toSorted()
            .join(""),
        );
        const sorted = said
          .split("--\n")
          .slice(0, -1)
          .map((block) =>
            block
              .split(/(?<=\n)/)
              .toSorted()
              .join(""),
          );
        assert.deepEqual(sorted, expected);
      }),
      { numRuns: 3 },
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});
