import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { chooseSubnet, hostAddress, isInSubnet, overlap } from "./subnet.ts";

test("addresses are counted within a /24", () => {
  assert.equal(hostAddress("10.77.3.0/24", 1), "10.77.3.1");
  assert.equal(isInSubnet("10.77.3.0/24", "10.77.3.254"), true);
  assert.equal(isInSubnet("10.77.3.0/24", "10.77.30.1"), false);
  assert.equal(isInSubnet("10.77.3.0/24", "10.77.3"), false);
});

test("ranges overlap when one holds the other", () => {
  assert.equal(overlap("10.0.0.0/8", "10.77.3.0/24"), true);
  assert.equal(overlap("10.77.3.7", "10.77.3.0/24"), true);
  assert.equal(overlap("192.168.0.0/16", "10.77.3.0/24"), false);
  assert.equal(overlap("10.77.2.0/24", "10.77.3.0/24"), false);
  assert.equal(overlap("200.1.0.0/16", "10.77.3.0/24"), false);
  assert.equal(overlap("0.0.0.0/0", "10.77.3.0/24"), true);
});

test("a chosen subnet overlaps nothing in use, and follows from its seed", () => {
  const range = fc.integer({ min: 0, max: 255 }).map((third) => `10.77.${String(third)}.0/24`);
  fc.assert(
    fc.property(fc.array(range, { maxLength: 100 }), fc.string(), (used, seed) => {
      const chosen = chooseSubnet(used, seed);
      assert.equal(chooseSubnet(used, seed), chosen);
      assert.ok(!used.some((other) => overlap(other, chosen)));
      assert.notEqual(chosen, "10.77.0.0/24");
    }),
  );
  assert.throws(() => chooseSubnet(["10.0.0.0/8"], "a"), { code: "no-free-subnet" });
});
