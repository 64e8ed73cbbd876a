import assert from "node:assert/strict";
import { test } from "node:test";
import { route } from "../web/route.ts";
import { decide } from "./decide.ts";

const handle = (): Response => new Response("in");

void test("a route without a permission that there is cannot be registered", () => {
  for (const permission of [undefined, "", "everything", "constructor", "__proto__"])
    assert.throws(
      () => route({ method: "GET", path: "/somewhere", permission: permission as never, handle }),
      TypeError,
      String(permission),
    );
});

void test("a route about an operator's things has the operator in its path, and staff's ways are below /provider", () => {
  const wrong = [
    ["/configurations/:configuration", "configuration.read"],
    ["/operators/configurations/:configuration", "configuration.read"],
    ["/operators/:other/configurations", "configuration.read"],
    ["/api/configurations", "configuration.read"],
    ["/operators/:operator/stop", "provider.stop"],
    ["/provider/look", "site.read"],
    ["/profile/look", "site.read"],
    ["/operators/:operator/look", "site.read"],
    ["/look", "profile.read"],
    ["/members/:person/way-back", "member.way-back"],
    ["/operators/:operator/members/:person/way-back", "provider.way-back"],
    ["/provider/people/:person/way-back", "member.way-back"],
    ["/profile/way-back/:link", "way-back.use"],
  ] as const;
  for (const [path, permission] of wrong)
    assert.throws(() => route({ method: "GET", path, permission, handle }), TypeError, path);
});

void test("what is not written down is denied", () => {
  for (const name of ["everything", "constructor", "toString"])
    assert.equal(decide({ kind: "nobody" }, name as never), "no");
});
