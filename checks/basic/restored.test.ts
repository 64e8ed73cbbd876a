import assert from "node:assert/strict";
import { test } from "node:test";
import { assertRestored } from "./restored.ts";

const before = ["/etc/hosts f 644 root root ", "package ssh installed", "www-data:x:33:"];

test("a machine that is as it was passes", () => {
  assertRestored("one", { before, after: before });
});

test("what was left, what is missing and what changed is named", () => {
  const after = ["/etc/hosts f 600 root root ", "/etc/new f 644 root root ", "www-data:x:33:"];
  assert.throws(() => assertRestored("one", { before, after }), {
    message: [
      "one is not as it was:",
      "  missing: /etc/hosts f 644 root root ",
      "  missing: package ssh installed",
      "  left:    /etc/hosts f 600 root root ",
      "  left:    /etc/new f 644 root root ",
    ].join("\n"),
  });
});

test("exceptions hold for one direction each", () => {
  const after = [...before.slice(0, 2), "www-data:x:33:caddy"];
  const [left, missing] = [/^www-data:x:33:caddy$/, /^www-data:x:33:$/];
  assertRestored("one", { before, after }, { left, missing });
  assert.throws(() => assertRestored("one", { before, after }, { left }), { message: /missing: www-data:x:33:$/ });
  assert.throws(() => assertRestored("one", { before, after }, { missing }), {
    message: /left: {4}www-data:x:33:caddy$/,
  });
});
