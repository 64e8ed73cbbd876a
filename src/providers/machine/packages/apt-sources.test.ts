import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { candidates, parseRelease, parseRepositories, renderSources } from "./apt-sources.ts";

const printed = [
  "'http://mirror.test/debian/dists/bookworm/InRelease' mirror.test_debian_dists_bookworm_InRelease 0 ",
  "'http://mirror.test/debian/dists/bookworm/main/binary-amd64/Packages.xz' mirror.test_x 0 ",
  "'http://mirror.test/debian-security/dists/bookworm-security/InRelease' mirror.test_y 0 ",
  "'mirror+file:/etc/apt/mirrors/debian.list/dists/stable-updates/InRelease' z 0 ",
  "'https://flat.test/repository/./InRelease' flat 0 ",
  "W: something else",
].join("\n");

test("the computer's repositories are read from what apt would ask for", () => {
  assert.deepEqual(parseRepositories(printed), [
    { uri: "http://mirror.test/debian", suite: "bookworm" },
    { uri: "http://mirror.test/debian-security", suite: "bookworm-security" },
    { uri: "mirror+file:/etc/apt/mirrors/debian.list", suite: "stable-updates" },
  ]);
});

test("any repository is read back from apt's line for it", () => {
  const repository = fc.record(
    {
      uri: fc
        .webUrl({ withQueryParameters: false, withFragments: false })
        .filter((uri) => !/['\s]|\/dists\//.test(uri)),
      suite: fc.stringMatching(/^[a-z][a-z-]{0,15}$/),
    },
    { noNullPrototype: true },
  );
  fc.assert(
    fc.property(fc.array(repository, { maxLength: 4 }), (repositories) => {
      const text = repositories.map(({ uri, suite }) => `'${uri}/dists/${suite}/InRelease' name 0 \n`).join("");
      assert.deepEqual(parseRepositories(text), repositories);
    }),
  );
});

test("each part of the release is looked for where the computer has the like of its own", () => {
  assert.deepEqual(candidates(parseRepositories(printed), "trixie"), [
    { uri: "http://mirror.test/debian", suite: "trixie" },
    { uri: "http://mirror.test/debian-security", suite: "trixie-security" },
    { uri: "mirror+file:/etc/apt/mirrors/debian.list", suite: "trixie-updates" },
    { uri: "http://mirror.test/debian", suite: "trixie-updates" },
  ]);
});

test("a repository is a candidate once, and backports and other vendors' suites are none", () => {
  const found = candidates(
    [
      { uri: "http://m.test/debian", suite: "trixie" },
      { uri: "http://m.test/debian", suite: "bookworm" },
      { uri: "http://m.test/debian", suite: "bookworm-backports" },
      { uri: "http://n.test/node_24.x", suite: "nodistro-24" },
    ],
    "trixie",
  );
  assert.deepEqual(found, [
    { uri: "http://m.test/debian", suite: "trixie" },
    { uri: "http://m.test/debian", suite: "trixie-updates" },
  ]);
});

test("a release file says whose it is", () => {
  const text =
    "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nOrigin: Debian\nLabel: Debian\nSuite: stable\nCodename: trixie\n";
  assert.deepEqual(parseRelease(text), { origin: "Debian", codename: "trixie" });
  assert.deepEqual(parseRelease("<html>\nPlease log in</html>"), {});
});

test("sources name the keyring, so that no other key of the computer is trusted", () => {
  assert.equal(
    renderSources([{ uri: "http://m.test/debian", suite: "trixie" }], "arm64", "/usr/share/keyrings/debian.pgp"),
    [
      "Types: deb",
      "URIs: http://m.test/debian",
      "Suites: trixie",
      "Components: main",
      "Architectures: arm64",
      "Targets: Packages",
      "Signed-By: /usr/share/keyrings/debian.pgp",
      "",
    ].join("\n"),
  );
});
