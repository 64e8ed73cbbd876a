import assert from "node:assert/strict";
import { test } from "node:test";
import { withoutCredentials } from "./browser-page.ts";
import { chromedriverCommand, chromiumArguments, pictureName } from "./browser.ts";

test("chromedriver is a transient unit that only the lab's address may talk to", () => {
  assert.deepEqual(chromedriverCommand("10.77.3.1"), [
    "systemd-run",
    "--quiet",
    "--collect",
    "--unit=browser.service",
    "--setenv=HOME=/root",
    "chromedriver",
    "--port=9515",
    "--allowed-ips=10.77.3.1",
  ]);
});

test("TLS errors stay real", () => {
  assert.deepEqual(
    chromiumArguments.filter((argument) => /certificate|insecure|web-security/.test(argument)),
    [],
  );
});

test("a picture has a file name that every system takes", () => {
  assert.equal(pictureName("Ada signs in: Mastodon!"), "ada-signs-in-mastodon.png");
  assert.equal(pictureName("../../etc/passwd"), "etc-passwd.png");
  assert.equal(pictureName("…"), "picture.png");
});

test("failures do not show credentials that stand in an address", () => {
  assert.equal(withoutCredentials("https://admin:p%2Fw@snac.example/admin"), "https://snac.example/admin");
  assert.equal(withoutCredentials("https://snac.example/@admin?a=b@c"), "https://snac.example/@admin?a=b@c");
});
