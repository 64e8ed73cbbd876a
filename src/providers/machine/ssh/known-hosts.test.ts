import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { Failure } from "../../../model/failure.ts";
import { firstContactFile, keysIn, knownHosts, readKnownHosts, writeKnownHosts } from "./known-hosts.ts";

const key = fc.stringMatching(
  /^(?:ssh-ed25519|ecdsa-sha2-nistp256|sk-ssh-ed25519@openssh\.com) [A-Za-z0-9+/]{4,40}={0,2}$/,
);
const alias = fc.stringMatching(/^[a-z][a-z0-9-]{0,10}\/[a-z0-9][a-z0-9-]{0,20}$/);

test("the keys of an alias come back as they went in, whatever others stand beside them", () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(alias, { minLength: 2, maxLength: 4 }),
      fc.array(key, { maxLength: 4 }),
      (names, keys) => {
        const [name = "", ...others] = names;
        const text = `# a comment\n\n${others.map((other) => knownHosts(other, ["ssh-rsa AAAA"])).join("")}${knownHosts(name, keys)}`;
        assert.deepEqual(keysIn(text, name), keys);
      },
    ),
  );
});

test("an alias that begins like another one, and a comment behind a key, are no matter", () => {
  const text = "machine/a-b ssh-rsa AAAA\nmachine/a ssh-ed25519 BBBB root@a\n";
  assert.deepEqual(keysIn(text, "machine/a"), ["ssh-ed25519 BBBB"]);
});

async function within(act: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "fediversity-keys-"));
  try {
    await act(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("a file of pinned keys is written whole, for its owner, and under a name of its content", async () => {
  await within(async (folder) => {
    const keys = ["ssh-ed25519 AAAA", "ssh-rsa BBBB"];
    const [file = "", ...others] = await Promise.all(
      Array.from({ length: 4 }, () => writeKnownHosts(folder, "machine/a", keys)).concat(
        writeKnownHosts(folder, "machine/b", keys),
      ),
    );
    assert.equal(new Set([file, ...others]).size, 2);
    assert.equal(readFileSync(file, "utf8"), "machine/a ssh-ed25519 AAAA\nmachine/a ssh-rsa BBBB\n");
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.equal(readdirSync(folder).length, 2);
    assert.deepEqual(await readKnownHosts(file, "machine/a"), keys);
  });
});

test("the file of a first contact is this process's and this machine's own, and fits beside a control socket", () => {
  const machine = { deployment: "example.org", component: "machine/machine", address: "203.0.113.7" };
  const a = firstContactFile("/run/f", machine);
  for (const other of [{ deployment: "example.net" }, { component: "machine/b" }, { address: "203.0.113.8" }])
    assert.notEqual(firstContactFile("/run/f", { ...machine, ...other }), a);
  assert.equal(a, firstContactFile("/run/f", { ...machine }));
  assert.match(a, /^\/run\/f\/first-[0-9a-f]{16}\.[0-9a-f]{16}$/);
});

test("a first contact that left no key behind is an error, not an unpinned machine", async () => {
  await within(async (folder) => {
    const file = join(folder, "first");
    writeFileSync(file, "machine/other ssh-ed25519 AAAA\n");
    await assert.rejects(readKnownHosts(file, "machine/a"), (error) => {
      assert.ok(error instanceof Failure);
      assert.equal(error.code, "host-key-unwritten");
      assert.equal(error.report.subject, "machine/a");
      return true;
    });
  });
});
