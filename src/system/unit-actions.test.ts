import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { unitActions } from "./unit-actions.ts";
import { parseUnitIndex, renderUnitIndex, type UnitEntry } from "./unit-index.ts";

const entry: UnitEntry = {
  name: "a.service",
  restartHash: "1",
  reloadHash: "1",
  onChange: "restart",
  enabled: true,
  restartOn: ["/etc/a"],
  reloadOn: ["/etc/a.d/x"],
};

const restart = { restartHash: "2" };
const reload = { reloadHash: "2" };
const manual = { enabled: false };

test("what happens to a unit, case by case", () => {
  const cases: readonly [string, Partial<UnitEntry> | undefined, Partial<UnitEntry> | undefined, string | undefined][] =
    [
      ["new", undefined, {}, "start"],
      ["new, started by others", undefined, manual, undefined],
      ["gone", {}, undefined, "stop"],
      ["gone, started by others", manual, undefined, "stop"],
      ["gone, although changes do nothing", { onChange: "nothing" }, undefined, "stop"],
      ["equal", {}, {}, undefined],
      ["its definition, a file or a credential of it differs", {}, restart, "restart"],
      ["the same for a unit that reloads instead", {}, { ...restart, onChange: "reload" }, "reload"],
      ["the same for a unit that must not be touched", {}, { ...restart, ...reload, onChange: "nothing" }, undefined],
      ["only what it reloads differs", {}, reload, "reload"],
      ["both differ", {}, { ...restart, ...reload }, "restart"],
      ["started by others and different", manual, { ...manual, ...restart }, "restart"],
      ["started by others and reloading", manual, { ...manual, ...reload }, "reload"],
      ["enabled now", manual, {}, "start"],
      ["enabled now and different", manual, restart, "start"],
      [
        "enabled now, although changes do nothing",
        { ...manual, onChange: "nothing" },
        { onChange: "nothing" },
        "start",
      ],
      ["not enabled any more", {}, manual, "stop"],
      ["not enabled any more and different", {}, { ...manual, ...restart }, "stop"],
    ];
  for (const [what, before, after, verb] of cases) {
    const of = (part: Partial<UnitEntry> | undefined): readonly UnitEntry[] =>
      part === undefined ? [] : [{ ...entry, ...part }];
    assert.deepEqual(unitActions(of(before), of(after)), verb === undefined ? [] : [{ verb, unit: "a.service" }], what);
  }
});

test("files that were edited by hand and are put right restart or reload what uses them", () => {
  const after = (edited: readonly string[], part: Partial<UnitEntry> = {}): readonly string[] =>
    unitActions([entry], [{ ...entry, ...part }], new Set(edited)).map(({ verb }) => verb);
  assert.deepEqual(after(["/etc/a"]), ["restart"]);
  assert.deepEqual(after(["/etc/a"], { onChange: "reload" }), ["reload"]);
  assert.deepEqual(after(["/etc/a"], { onChange: "nothing" }), []);
  assert.deepEqual(after(["/etc/a.d/x"]), ["reload"]);
  assert.deepEqual(after(["/etc/a", "/etc/a.d/x"]), ["restart"]);
  assert.deepEqual(after(["/etc/b"]), []);
});

/** Records with the prototype that objects usually have, for comparison. */
function plainRecord<T extends object>(model: { readonly [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> {
  return fc.record(model).map((record) => ({ ...record }));
}

const hash = fc.constantFrom("1", "2");
const paths = fc.uniqueArray(fc.constantFrom("/etc/a", "/etc/b", "/etc/c.d/@x"), { maxLength: 2 });
const index = fc.uniqueArray(
  plainRecord({
    name: fc.constantFrom("a.service", "b.socket", "c@1.service", "d.timer"),
    restartHash: hash,
    reloadHash: hash,
    onChange: fc.constantFrom("restart" as const, "reload" as const, "nothing" as const),
    enabled: fc.boolean(),
    restartOn: paths,
    reloadOn: paths,
  }),
  { selector: ({ name }) => name },
);

test("nothing happens between equals; every unit that goes is stopped; only what differs is touched", () => {
  fc.assert(
    fc.property(index, index, (before, after) => {
      assert.deepEqual(unitActions(before, before), []);
      const actions = unitActions(before, after);
      assert.deepEqual(actions, unitActions(before.toReversed(), after.toReversed()));
      const units = actions.map(({ unit }) => unit);
      assert.deepEqual(units, [...new Set(units)].toSorted());
      for (const { verb, unit } of actions) {
        const [old, next] = [before, after].map((list) => list.find(({ name }) => name === unit));
        assert.notDeepEqual(old, next);
        if (verb === "start") assert.ok(next?.enabled === true && old?.enabled !== true);
        if (verb === "restart" || verb === "reload") assert.ok(old !== undefined && old.enabled === next?.enabled);
      }
      for (const { name } of before) {
        if (after.some((unit) => unit.name === name)) continue;
        assert.deepEqual(
          actions.filter(({ unit }) => unit === name),
          [{ verb: "stop", unit: name }],
        );
      }
    }),
  );
});

test("a unit is stopped with one generation and started with the other way round", () => {
  fc.assert(
    fc.property(index, index, (before, after) => {
      const names = (verb: string, from: readonly UnitEntry[], to: readonly UnitEntry[]): readonly string[] =>
        unitActions(from, to)
          .filter((action) => action.verb === verb)
          .map(({ unit }) => unit);
      assert.deepEqual(
        names("start", before, after),
        names("stop", after, before).filter((name) => after.find((unit) => unit.name === name)?.enabled),
      );
    }),
  );
});

test("the index reads back as it was written, one line a unit, sorted", () => {
  fc.assert(
    fc.property(index, (units) => {
      const written = renderUnitIndex(units);
      const sorted = units.toSorted((a, b) => (a.name < b.name ? -1 : 1));
      assert.deepEqual(parseUnitIndex(written), sorted);
      assert.equal(renderUnitIndex(parseUnitIndex(written)), written);
      assert.equal(renderUnitIndex(units.toReversed()), written);
      assert.match(written, /^(?:\S+ [12] [12] (?:restart|reload|nothing) (?:enabled|manual) \S+ \S+\n)*$/);
    }),
  );
  assert.equal(
    renderUnitIndex([
      { ...entry, restartOn: ["/etc/a", "/etc/b"], reloadOn: [] },
      { ...entry, name: "A.service", enabled: false },
    ]),
    "A.service 1 1 restart manual /etc/a /etc/a.d/x\na.service 1 1 restart enabled /etc/a,/etc/b -\n",
  );
  assert.deepEqual(parseUnitIndex(""), []);
});
