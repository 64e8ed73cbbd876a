import assert from "node:assert/strict";
import { test } from "node:test";
import { parseTraffic } from "../network/traffic.ts";
import { renderKnownHosts, renderSshConfig, type Reach } from "../network/reach.ts";
import { countsOf } from "../product.ts";
import { recapOf, renderAnsibleConfiguration } from "./ansible.ts";
import { unchangedIn } from "./pyinfra.ts";

const near: Reach = { name: "hello", address: "10.0.0.2", port: 22, hostKey: "ssh-ed25519 AAAA" };
const far: Reach = { ...near, address: "10.0.0.1", port: 22_001 };

test("Ansible's recap is added up, and nothing that tasks print is taken for it", () => {
  const said = `ok: changed=9
PLAY RECAP *****
cowsay : ok=3    changed=1    unreachable=0    failed=0    skipped=1    rescued=0    ignored=0
hello  : ok=3    changed=2    unreachable=1    failed=0    skipped=1    rescued=0    ignored=0
`;
  assert.deepEqual(
    (["ok", "changed", "unreachable", "failed"] as const).map((column) => recapOf(said, column)),
    [6, 3, 1, 0],
  );
});

test("Ansible is set up for speed", () => {
  const text = renderAnsibleConfiguration({ folder: "/f", forks: 24, sshConfig: "/f/ssh_config" });
  for (const line of ["forks = 24", "pipelining = true", "control_path_dir = /f/cp"])
    assert.match(text, new RegExp(line));
  assert.match(text, /^ssh_args = -F \/f\/ssh_config -C -o ControlMaster=auto -o ControlPersist=60s$/m);
});

test("pyinfra tells of each machine that nothing was to be done, with colours or without", () => {
  assert.equal(
    unchangedIn("    [\u001B[1mhello\u001B[0m] \u001B[32mNo changes\u001B[0m\n    [cowsay] No changes\n"),
    2,
  );
  assert.equal(unchangedIn("    [hello] Success\n     No Change\n"), 0);
});

test("how a run of ours ended is read from its last event", () => {
  const lines = [
    '{"event":"run-finished","counts":{"created":2}}',
    "not an event",
    '{"event":"run-finished","counts":{"unchanged":2}}',
    '{"event":"result"}',
  ];
  assert.deepEqual(countsOf(lines.join("\n")), { unchanged: 2 });
  assert.deepEqual(countsOf(""), {});
});

test("tools reach machines by name with checked host keys, on whatever port", () => {
  assert.equal(
    renderKnownHosts([near, far]),
    "hello,10.0.0.2 ssh-ed25519 AAAA\nhello,[10.0.0.1]:22001 ssh-ed25519 AAAA\n",
  );
  const config = renderSshConfig([far], "/key", "/known");
  for (const line of [
    "Host hello",
    "HostName 10.0.0.1",
    "Port 22001",
    "HostKeyAlias hello",
    "StrictHostKeyChecking yes",
  ]) {
    assert.match(config, new RegExp(`^ *${line}$`, "m"));
  }
});

test("what a bridge transmits goes to machines", () => {
  const link = '[{"ifname":"b","stats64":{"rx":{"bytes":10},"tx":{"bytes":20}}}]';
  assert.deepEqual(parseTraffic(link), { sent: 20, received: 10 });
});
