import assert from "node:assert/strict";
import { test } from "node:test";
import { archiveFailure, complaints } from "./apt-failure.ts";

/** What apt 2.6 and apt 3.0 print, by what it means. */
const words: Readonly<Record<string, readonly string[]>> = {
  "archive-signature": [
    "W: GPG error: http://m.test/debian trixie InRelease: The following signatures were invalid: BADSIG 6ED0E7B82643E131 Debian\nE: The repository 'http://m.test/debian trixie InRelease' is not signed.",
    "Err:1 http://m.test/debian trixie InRelease\n  The following signatures couldn't be verified because the public key is not available: NO_PUBKEY 6ED0E7B82643E131\nE: The repository 'http://m.test/debian trixie InRelease' is not signed.",
    "E: Failed to fetch http://m.test/debian/dists/trixie/InRelease  Clearsigned file isn't valid, got 'NOSPLIT' (does the network require authentication?)",
    "W: OpenPGP signature verification failed: http://m.test/debian trixie InRelease: Sub-process /usr/bin/sqv returned an error code (1), error message is: No acceptable signatures\nE: The repository 'http://m.test/debian trixie InRelease' is not signed.",
  ],
  "archive-stale": [
    "E: Release file for http://m.test/debian/dists/trixie/InRelease is expired (invalid since 3d 2h). Updates for this repository will not be applied.",
    "E: Release file for http://m.test/debian/dists/trixie/InRelease is not valid yet (invalid for another 5h). Updates for this repository will not be applied.",
  ],
  "archive-unreachable": [
    "E: Failed to fetch http://m.test/debian/dists/trixie/InRelease  Temporary failure resolving 'm.test'",
    "E: Failed to fetch http://m.test/debian/dists/trixie/InRelease  Could not connect to m.test:80 (203.0.113.1), connection timed out",
    "E: Failed to fetch http://m.test/debian/pool/main/h/hello/hello_2.10-5_amd64.deb  404  Not Found [IP: 203.0.113.1 80]",
  ],
  "disk-full": [
    "E: You don't have enough free space in /var/cache/fediversity/.",
    "E: Failed to fetch http://m.test/a.deb  Write error - write (28: No space left on device)",
  ],
  "archive-failed": [
    "E: Something that nobody has seen before",
    "W: GPG error: http://m.test/debian trixie InRelease: Couldn't create temporary file /tmp/apt.conf.A8qsu9 for passing config to apt-key\nE: The repository 'http://m.test/debian trixie InRelease' is not signed.",
  ],
};

for (const [code, texts] of Object.entries(words)) {
  test(`apt's words that mean ${code}`, () => {
    for (const text of texts) assert.equal(archiveFailure(text, "try").code, code, text);
  });
}

test("only complaints and what belongs to them are kept", () => {
  const text = [
    "Get:1 http://m.test/debian trixie InRelease [140 kB]",
    "Err:1 http://m.test/debian trixie InRelease",
    "  404  Not Found",
    "W: Download is performed unsandboxed as root as file '/x' couldn't be accessed by user '_apt'.",
    "E: Failed to fetch http://m.test/a.deb  Hash Sum mismatch",
    "   Hashes of expected file:",
    "",
    "E: Download Failed",
  ].join("\n");
  assert.deepEqual(complaints(text), [
    "E: Failed to fetch http://m.test/a.deb  Hash Sum mismatch",
    "   Hashes of expected file:",
    "E: Download Failed",
  ]);
  assert.deepEqual(complaints("no marks\nat all\n"), ["no marks", "at all"]);
});
