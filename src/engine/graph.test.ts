import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Deployment } from "../model/deployment.ts";
import { Failure } from "../model/failure.ts";
import { checkDeployment, dependenciesOf, findCycle } from "./graph.ts";
import { deploymentOf, makeWorld } from "./testing/world.ts";
import { failure } from "./testing/temporary-folder.ts";

const providers = new Map([["thing", makeWorld().provider]]);

function withInputs(value: Deployment["components"][string]["inputs"][string]): Deployment {
  const { components, ...rest } = deploymentOf({ b: { value: "one" } });
  return { ...rest, components: { ...components, "thing/a": { type: "thing", inputs: { value } } } };
}

test("dependencies are what references say, wherever they stand", () => {
  const inputs = {
    list: [{ $output: "thing/b", path: "id" }],
    text: { $text: ["x", { $output: "thing/a", path: "id" }, { $secret: "s" }] },
    again: { deep: { $output: "thing/b", path: "other" } },
  };
  assert.deepEqual(dependenciesOf({ type: "thing", inputs }), ["thing/a", "thing/b"]);
});

test("every reference and type that leads nowhere is reported", () => {
  const wrong: readonly (readonly [Deployment, string, RegExp])[] = [
    [withInputs({ $output: "thing/c", path: "id" }), "component-unknown", /thing\/c/],
    [withInputs({ $output: "thing/b", path: "address" }), "output-unknown", /address of thing\/b, which has: id/],
    [withInputs({ $secret: "nothing" }), "secret-unknown", /nothing/],
    [withInputs({ $binding: "hello/db", path: "host" }), "binding-left", /hello\/db/],
    [{ ...deploymentOf({}), components: { "thing/a": { type: "other", inputs: {} } } }, "type-unknown", /other/],
  ];
  for (const [deployment, code, found] of wrong) {
    assert.throws(
      () => checkDeployment(deployment, providers),
      (error) => {
        assert.ok(error instanceof Failure && error.code === "deployment-invalid");
        assert.deepEqual(
          error.report.failures?.map((inner) => [inner.code, inner.subject]),
          [[code, "thing/a"]],
        );
        assert.match(error.report.failures?.[0]?.found ?? "", found);
        return true;
      },
    );
  }
});

test("a cycle is refused, and printed", () => {
  const deployment = deploymentOf({
    a: { value: "one", uses: ["b"] },
    b: { value: "one", uses: ["c"] },
    c: { value: "one", uses: ["b"] },
  });
  const around = /in a circle: thing\/b → thing\/c → thing\/b$/;
  assert.throws(() => checkDeployment(deployment, providers), failure("dependency-cycle", around));
  const self = deploymentOf({ a: { value: "one", uses: ["a"] } });
  assert.throws(() => checkDeployment(self, providers), failure("dependency-cycle", /thing\/a → thing\/a$/));
});

test("a cycle is found exactly when there is one, and is one", () => {
  const arbitrary = fc.array(fc.array(fc.nat(7), { maxLength: 3 }), { maxLength: 8 });
  fc.assert(
    fc.property(arbitrary, (rows) => {
      const after = new Map(rows.map((row, index) => [String(index), row.map(String)]));
      const left = new Map(after);
      for (let free: string | undefined = ""; free !== undefined;) {
        free = [...left.keys()].find((path) => !(left.get(path) ?? []).some((other) => left.has(other)));
        if (free !== undefined) left.delete(free);
      }
      const cycle = findCycle(after);
      assert.equal(cycle === undefined, left.size === 0);
      for (const [index, path] of (cycle ?? []).slice(0, -1).entries()) {
        assert.ok(after.get(path)?.includes(cycle?.[index + 1] ?? ""));
      }
      assert.equal(cycle?.at(-1), cycle?.[0]);
    }),
  );
});

test("a long chain is no trouble", () => {
  const count = 20_000;
  const after = new Map(Array.from({ length: count }, (_, index) => [String(index), [String(index + 1)]]));
  assert.equal(findCycle(after), undefined);
});
