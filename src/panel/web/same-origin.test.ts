import assert from "node:assert/strict";
import { test } from "node:test";
import { sameOrigin } from "./same-origin.ts";

const own = "https://panel.example.org";
const cases: readonly (readonly [string | undefined, string | undefined, boolean])[] = [
  ["same-origin", own, true],
  ["same-origin", undefined, true],
  [undefined, own, true],
  [undefined, undefined, false],
  ["same-origin", "null", false],
  ["same-origin", "https://evil.example", false],
  ["same-site", own, false],
  ["cross-site", own, false],
  ["none", own, false],
  ["", own, false],
  ["Same-Origin", own, false],
  [undefined, "null", false],
  [undefined, "", false],
  [undefined, "http://panel.example.org", false],
  [undefined, `${own}.evil.example`, false],
  [undefined, `${own}:8443`, false],
  [undefined, `${own}/`, false],
];

void test("only what a browser says to come from our own page does", () => {
  for (const [site, origin, right] of cases) {
    const headers = new Headers();
    if (site !== undefined) headers.set("sec-fetch-site", site);
    if (origin !== undefined) headers.set("origin", origin);
    assert.equal(sameOrigin(headers, own), right, `${String(site)} ${String(origin)}`);
  }
});
