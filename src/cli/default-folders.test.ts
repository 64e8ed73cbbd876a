import assert from "node:assert/strict";
import { homedir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { defaultCache, defaultIdentityFile } from "./default-folders.ts";

test("XDG variables decide; relative ones are ignored", () => {
  assert.equal(defaultIdentityFile({ XDG_CONFIG_HOME: "/x" }), "/x/fediversity/identity");
  assert.equal(defaultIdentityFile({ XDG_CONFIG_HOME: "x" }), join(homedir(), ".config/fediversity/identity"));
  assert.equal(defaultCache({ XDG_CACHE_HOME: "/c" }, false), "/c/fediversity");
  assert.equal(defaultCache({}, false), join(homedir(), ".cache/fediversity"));
});

test("root shares the cache of the computer", () => {
  assert.equal(defaultCache({ XDG_CACHE_HOME: "/c" }, true), "/var/cache/fediversity");
});
