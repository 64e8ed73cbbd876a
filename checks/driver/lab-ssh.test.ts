import assert from "node:assert/strict";
import { test } from "node:test";
import { labSsh, renderKnownHosts, renderSshConfig } from "./lab-ssh.ts";

const machines = [{ name: "hello", address: "10.77.0.2", hostKey: "ssh-ed25519 AAAA" }];

test("SSH finds the machines by name and accepts only their own keys", () => {
  const config = renderSshConfig(machines, labSsh("/lab"));
  assert.match(config, /^Host hello\n {2}HostName 10\.77\.0\.2\nHost \*\n/);
  assert.match(config, /StrictHostKeyChecking yes/);
  assert.match(config, /IdentityFile "\/lab\/ssh\/key"/);
  assert.equal(renderKnownHosts(machines), "hello,10.77.0.2 ssh-ed25519 AAAA\n");
});
