import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { identityFiles, writeMachineFiles } from "./machine-files.ts";

const files = identityFiles({
  name: "hello",
  aliases: ["hello.example.org"],
  machineId: "0".repeat(32),
  address: "10.77.3.2/24",
  nameservers: ["10.77.3.1"],
  authorizedKeys: ["ssh-ed25519 AAAA operator"],
  hostKey: { privateKey: "PRIVATE\n", publicKey: "ssh-ed25519 BBBB" },
});

function content(path: string): string {
  return String(files.find((file) => file.path === path)?.content);
}

test("a machine knows its names, its address and who may log in", () => {
  assert.equal(content("/etc/hostname"), "hello\n");
  assert.match(content("/etc/hosts"), /^10\.77\.3\.2 hello hello\.example\.org$/m);
  assert.equal(content("/etc/resolv.conf"), "nameserver 10.77.3.1\n");
  assert.match(content("/etc/systemd/network/10-host0.network"), /^Address=10\.77\.3\.2\/24$/m);
  assert.doesNotMatch(content("/etc/systemd/network/10-host0.network"), /Gateway/);
  assert.equal(content("/root/.ssh/authorized_keys"), "ssh-ed25519 AAAA operator\n");
});

test("private files are private on disk", async () => {
  const folder = await mkdtemp(join(tmpdir(), "fediversity-files-"));
  try {
    await writeMachineFiles(folder, files);
    const mode = async (path: string): Promise<number> => (await stat(join(folder, path))).mode & 0o777;
    assert.equal(await mode("/etc/ssh/ssh_host_ed25519_key"), 0o600);
    assert.equal(await mode("/root/.ssh"), 0o700);
    assert.equal(await mode("/root/.ssh/authorized_keys"), 0o600);
    assert.equal(await mode("/etc/hosts"), 0o644);
    assert.equal(await readFile(join(folder, "/etc/ssh/ssh_host_ed25519_key"), "utf8"), "PRIVATE\n");
  } finally {
    await rm(folder, { recursive: true });
  }
});
