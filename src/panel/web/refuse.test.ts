import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";

await import("../register-tsx.ts");
const { returnPath } = await import("./refuse.tsx");
const origin = "https://panel.example.org";

void test("a path of ours is gone back to as it is", () => {
  for (const path of ["/", "/operators/a_-B9/services", "/profile/prove?next=%2Fa", "/x/../y", "/a.b~c&d=%20e"])
    assert.equal(returnPath(path), path);
});

void test("what leads elsewhere is no path of ours", () => {
  const elsewhere = [
    "//evil.example",
    "/\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "\\\\evil.example",
    "https://evil.example",
    "https:evil.example",
    "javascript:alert(1)",
    "evil.example",
    " //evil.example",
    "/a\r\nset-cookie: x=y",
    "/@evil.example\u0000",
    "",
    undefined,
  ];
  for (const text of elsewhere) assert.equal(returnPath(text), undefined, text);
});

/** Texts made of what browsers treat in special ways. */
const hostile = fc
  .array(
    fc.constantFrom("/", "\\", ".", "..", "//", "@", ":", "?", "#", "%2f", "%5c", "\t", "\n", " ", "evil.example", "é"),
  )
  .map((parts) => parts.join(""));

void test("whatever is asked for, the browser stays with us", () => {
  fc.assert(
    fc.property(fc.oneof(hostile, fc.string(), fc.webPath(), fc.webUrl()), (text) => {
      for (const asked of [text, `/${text}`]) {
        const path = returnPath(asked);
        if (path === undefined) continue;
        assert.equal(new URL(path, origin).origin, origin);
        assert.equal(new Headers({ location: path }).get("location"), path);
      }
    }),
    { numRuns: 1000 },
  );
});
