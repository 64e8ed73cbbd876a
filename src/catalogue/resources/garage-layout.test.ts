import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";

interface Role {
  readonly id: string;
  readonly zone: string;
  readonly capacity: number | null;
  readonly tags: readonly string[];
}

interface Wanted {
  readonly id: string;
  readonly name: string;
  readonly zone: string;
  readonly capacity: number | null;
  readonly state: "here" | "leaving" | "lost";
}

interface Situation {
  readonly wanted: readonly Wanted[];
  readonly layout: { readonly roles: readonly Role[] };
  readonly status: {
    readonly nodes: readonly { readonly id: string; readonly isUp: boolean; readonly draining: boolean }[];
  };
}

interface Plan {
  readonly changes: readonly (Role | { readonly id: string; readonly remove: true })[];
  readonly missing: readonly string[];
  readonly forgotten: readonly string[];
}

/** Asks the program, one situation after the other in one run. */
function plans(situations: readonly Situation[]): readonly Plan[] {
  const program = join(import.meta.dirname, "scripts/garage-layout.jq");
  const input = situations.map((one) => JSON.stringify(one)).join("\n");
  const { status, stdout, stderr } = spawnSync("jq", ["-c", "-f", program], { input, encoding: "utf8" });
  assert.equal(status, 0, stderr);
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Plan);
}

function applied(roles: readonly Role[], changes: Plan["changes"]): readonly Role[] {
  const after = new Map(roles.map((role) => [role.id, role]));
  for (const change of changes) {
    if ("remove" in change) after.delete(change.id);
    else after.set(change.id, change);
  }
  return [...after.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

const id = fc.constantFrom("a", "b", "c", "d", "e", "f");
const place = { zone: fc.constantFrom("attic", "cellar"), capacity: fc.option(fc.constantFrom(1000, 2000)) };
const wanted = fc.record({
  id,
  ...place,
  state: fc.constantFrom("here" as const, "leaving" as const, "lost" as const),
});
const role = fc.record({ id, ...place });
const node = fc.record({ id, isUp: fc.boolean(), draining: fc.boolean() });
const by = { selector: ({ id: key }: { readonly id: string }) => key };
const situation = fc
  .record({
    wanted: fc.uniqueArray(wanted, by),
    roles: fc.uniqueArray(role, by),
    nodes: fc.uniqueArray(node, by),
  })
  .map(({ wanted: nodes, roles, nodes: known }): Situation => ({
    wanted: nodes.map((one) => ({ ...one, name: `node-${one.id}` })),
    layout: { roles: roles.map((one) => ({ ...one, tags: [`node-${one.id}`] })) },
    status: { nodes: known },
  }));
const situations = fc.array(situation, { minLength: 40, maxLength: 60 });

test("what is changed leads to what is wanted, and then there is nothing to change", () => {
  fc.assert(
    fc.property(situations, (given) => {
      const first = plans(given);
      const after = given.map((one, index) => ({
        ...one,
        layout: { roles: applied(one.layout.roles, first[index]?.changes ?? []) },
      }));
      const second = plans(after);
      for (const [index, { wanted: nodes, layout }] of after.entries()) {
        assert.deepEqual(second[index]?.changes, []);
        for (const { id: key, name, zone, capacity, state } of nodes) {
          const found = layout.roles.find((one) => one.id === key);
          assert.deepEqual(found, state === "here" ? { id: key, zone, capacity, tags: [name] } : undefined);
        }
      }
    }),
    { numRuns: 8 },
  );
});

test("who holds objects and is not wanted is named, and keeps its place", () => {
  fc.assert(
    fc.property(situations, (given) => {
      for (const [index, { changes, forgotten }] of plans(given).entries()) {
        const { wanted: nodes = [], layout, status } = given[index] ?? {};
        const known = new Set(nodes.map(({ id: key }) => key));
        const holding = (layout?.roles ?? []).filter(({ id: key, capacity }) => capacity !== null && !known.has(key));
        const draining = (status?.nodes ?? []).filter(({ id: key, draining: is }) => is && !known.has(key));
        assert.equal(forgotten.length > 0, holding.length + draining.length > 0);
        for (const { id: key } of holding) assert.ok(changes.every((change) => change.id !== key));
      }
    }),
    { numRuns: 8 },
  );
});

test("the order of the answers does not matter, and all but the lost have to be up", () => {
  fc.assert(
    fc.property(situations, (given) => {
      const turned = given.map(({ wanted: nodes, layout, status }) => ({
        wanted: nodes.toReversed(),
        layout: { roles: layout.roles.toReversed() },
        status: { nodes: status.nodes.toReversed() },
      }));
      const found = plans(given);
      assert.deepEqual(plans(turned), found);
      for (const [index, { missing }] of found.entries()) {
        const { wanted: nodes = [], status } = given[index] ?? {};
        const up = new Set(status?.nodes.filter(({ isUp }) => isUp).map(({ id: key }) => key));
        const needed = nodes.filter(({ id: key, state }) => state !== "lost" && !up.has(key));
        assert.deepEqual(missing, needed.map(({ name }) => name).toSorted());
      }
    }),
    { numRuns: 8 },
  );
});
