import assert from "node:assert/strict";
import { test } from "node:test";
import { parseRepositories, parseSettings } from "./archive.ts";

test("Debian's own repositories are taken over for another release, others are not", () => {
  const text = [
    "http://deb.debian.org/debian/|bookworm|Debian|main|Packages",
    "http://deb.debian.org/debian/|bookworm|Debian|main|DEP-11",
    "http://deb.debian.org/debian/|bookworm|Debian|contrib|Packages",
    "http://deb.debian.org/debian/|bookworm-backports|Debian Backports|main|Packages",
    "http://security.example/debian-security/|bookworm-security|Debian|main|Packages",
    "http://deb.debian.org/debian/|bookworm-updates|Debian|main|Packages",
    "https://deb.nodesource.example/node/|nodistro|NodeSource|main|Packages",
    "",
  ].join("\n");
  assert.deepEqual(parseRepositories(text, "trixie"), [
    { uri: "http://deb.debian.org/debian/", suite: "trixie" },
    { uri: "http://deb.debian.org/debian/", suite: "trixie-updates" },
    { uri: "http://security.example/debian-security/", suite: "trixie-security" },
  ]);
});

test("without fetched lists the address tells what is Debian's", () => {
  const text = [
    "http://mirror.example/debian/|stable|$(ORIGIN)|main|Packages",
    "http://mirror.example/debian/|stable|$(ORIGIN)|main|Packages",
    "http://snapshot.example/archive/debian-security/20250520T000000Z/|stable-security|$(ORIGIN)|main|Packages",
    "https://packages.example/apt/|stable|$(ORIGIN)|main|Packages",
  ].join("\n");
  assert.deepEqual(parseRepositories(text, "trixie"), [
    { uri: "http://mirror.example/debian/", suite: "trixie" },
    { uri: "http://snapshot.example/archive/debian-security/20250520T000000Z/", suite: "trixie-security" },
  ]);
});

test("only the settings that reaching an archive depends on are taken over", () => {
  const dump = [
    'APT::Architecture "amd64";',
    'Acquire::Languages:: "none";',
    'Acquire::Check-Valid-Until "false";',
    'Acquire::http "";',
    'Acquire::http::Proxy "http://proxy.example:3128";',
    'Acquire::https::Verify-Peer "true";',
    'Acquire::Retries "3";',
  ].join("\n");
  assert.deepEqual(parseSettings(dump), [
    'Acquire::Check-Valid-Until "false"',
    'Acquire::http::Proxy "http://proxy.example:3128"',
    'Acquire::https::Verify-Peer "true"',
    'Acquire::Retries "3"',
  ]);
});
