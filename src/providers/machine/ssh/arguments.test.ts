import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Connection } from "../../../catalogue/components/machine.ts";
import { type SshTarget, sshArguments } from "./arguments.ts";

const target: SshTarget = {
  alias: "machine/hello",
  address: "192.0.2.7",
  port: 22,
  user: "root",
  knownHostsFile: "/run/user/0/known-1",
  acceptNew: false,
  prefix: [],
};

test("a new connection to a machine whose key is known", () => {
  assert.deepEqual(sshArguments(target, "true"), [
    "-T",
    ...["-o", "BatchMode=yes"],
    ...["-o", "StrictHostKeyChecking=yes"],
    ...["-o", "HostKeyAlias=machine/hello"],
    ...["-o", "UserKnownHostsFile=/run/user/0/known-1"],
    ...["-o", "GlobalKnownHostsFile=/dev/null"],
    ...["-o", "HashKnownHosts=no"],
    ...["-o", "UpdateHostKeys=no"],
    ...["-o", "CheckHostIP=no"],
    ...["-o", "ConnectTimeout=10"],
    ...["-o", "ServerAliveInterval=4"],
    ...["-o", "ServerAliveCountMax=3"],
    ...["-o", "ForwardAgent=no"],
    ...["-o", "ForwardX11=no"],
    ...["-o", "PermitLocalCommand=no"],
    ...["-o", "ControlMaster=no"],
    ...["-o", "ControlPath=none"],
    ...["-p", "22"],
    ...["-l", "root"],
    "--",
    "192.0.2.7",
    "true",
  ]);
});

/** The values of the options that are given by `-o`. */
function options(given: Partial<SshTarget>): Readonly<Record<string, string>> {
  const words = sshArguments({ ...target, ...given }, "true");
  return Object.fromEntries(
    words.flatMap((word, index): (readonly [string, string])[] =>
      words[index - 1] === "-o" ? [[word.slice(0, word.indexOf("=")), word.slice(word.indexOf("=") + 1)]] : [],
    ),
  );
}

test("connections are shared where a folder for their sockets is given", () => {
  const { ControlMaster, ControlPath, ControlPersist } = options({ controlFolder: "/run/user/0/f" });
  assert.deepEqual([ControlMaster, ControlPath, ControlPersist], ["auto", "/run/user/0/f/%C", "60"]);
});

test("an unknown machine is trusted only where that was asked for, and never one whose key has changed", () => {
  assert.equal(options({ acceptNew: true })["StrictHostKeyChecking"], "accept-new");
});

test("a key file that is named is the only one that is tried", () => {
  const { IdentityFile, IdentitiesOnly } = options({ identityFile: "/keys/one" });
  assert.deepEqual([IdentityFile, IdentitiesOnly], ["/keys/one", "yes"]);
  assert.equal(options({})["IdentitiesOnly"], undefined);
});

const hostile = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.stringMatching(/^-[oFJWE][A-Za-z=;$(){}\s/]{0,12}$/),
  fc.constantFrom(
    "-oProxyCommand=touch /tmp/x",
    "-",
    "--",
    "user@host",
    "ssh://host",
    "host;reboot",
    "a b",
    "host\n-v",
    "$(id)",
    "h%n",
    "host:",
    ".host",
    "",
  ),
);

test("an address that is more than a name or an IP address is refused before it reaches ssh", () => {
  fc.assert(
    fc.property(hostile, (address) => {
      const parsed = Connection.safeParse({ address });
      if (!parsed.success) return;
      assert.match(address, /^[A-Za-z0-9][A-Za-z0-9.:-]*$/);
      assert.ok(!address.endsWith("-") && !address.endsWith(":"));
    }),
    { numRuns: 300 },
  );
  for (const address of ["-oProxyCommand=x", "user@host", "a b", "host\n", "$(id)", ""])
    assert.equal(Connection.safeParse({ address }).success, false, JSON.stringify(address));
});

test("users, keys and key files that could become options or further lines are refused", () => {
  for (const user of ["-oX=y", "Root", "a b", "root;id", "", "root\n"])
    assert.equal(Connection.safeParse({ address: "h", user }).success, false, JSON.stringify(user));
  for (const key of ["ssh-ed25519", "ssh-ed25519 AAAA\nother ssh-rsa AAAA", "@revoked * ssh-ed25519 AAAA", "a b c"])
    assert.equal(Connection.safeParse({ address: "h", hostKeys: [key] }).success, false, JSON.stringify(key));
  for (const identityFile of ["keys/one", "/keys/one\n-v", ""])
    assert.equal(Connection.safeParse({ address: "h", identityFile }).success, false, JSON.stringify(identityFile));
});

test("whatever a target says, nothing of it stands where ssh looks for options", () => {
  const text = fc.string({ unit: "grapheme" });
  fc.assert(
    fc.property(hostile, text, text, text, (address, user, alias, identityFile) => {
      const words = sshArguments({ ...target, address, user, alias, identityFile }, "true");
      assert.deepEqual(words.slice(-3), ["--", address, "true"]);
      // Before that stands nothing but options of ours, each with its value in the word that follows.
      for (let at = 1; at < words.length - 3; at += 2) assert.match(words[at] ?? "", /^-[opl]$/);
      assert.ok(words.includes(`HostKeyAlias=${alias}`) && words.includes(`IdentityFile=${identityFile}`));
    }),
  );
});
