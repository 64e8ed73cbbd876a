import assert from "node:assert/strict";
import { test } from "node:test";
import { generate } from "./generate.ts";

test("values have the declared format and length, and differ", async () => {
  const shapes = {
    alphanumeric: /^[A-Za-z0-9]{40}$/,
    hex: /^[0-9a-f]{80}$/,
    base64: /^[A-Za-z0-9+/]{54}==$/,
    base64url: /^[A-Za-z0-9_-]{54}$/,
  } as const;
  for (const format of ["alphanumeric", "hex", "base64", "base64url"] as const) {
    const values = await Promise.all(
      Array.from({ length: 20 }, () => generate({ origin: "generated", format, length: 40 })),
    );
    for (const value of values) assert.match(value, shapes[format]);
    assert.equal(new Set(values).size, values.length);
  }
});
