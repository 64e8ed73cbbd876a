import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { test } from "node:test";
import { run } from "../../process/run.ts";
import { type SshTarget, sshArguments } from "./arguments.ts";
import { sshFailure } from "./ssh-failure.ts";

const target: SshTarget = {
  alias: "machine/hello",
  address: "127.0.0.1",
  port: 22,
  user: "root",
  knownHostsFile: "/dev/null",
  acceptNew: false,
  prefix: [],
};

const changed = [
  "@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@",
  "@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @",
  "@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@",
  "IT IS POSSIBLE THAT SOMEONE IS DOING SOMETHING NASTY!",
  "Someone could be eavesdropping on you right now (man-in-the-middle attack)!",
  "It is also possible that a host key has just been changed.",
  "The fingerprint for the ED25519 key sent by the remote host is",
  "SHA256:rb5uMZPfHcSetR4und755SXlnwmu/XdE4NRgVPcWEWE.",
  "Please contact your system administrator.",
  "Add correct host key in /run/known to get rid of this message.",
  "Offending ED25519 key in /run/known:1",
  "  remove with:",
  '  ssh-keygen -f "/run/known" -R "machine/hello"',
  "Host key for machine/hello has changed and you have requested strict checking.",
  "Host key verification failed.",
];

const denied = "root@127.0.0.1: Permission denied (publickey,keyboard-interactive).";

/** What OpenSSH 9.2 prints with our options, and the code that it has to become. */
const texts: readonly (readonly [code: string, lines: readonly string[]])[] = [
  ["host-key-changed", changed],
  [
    "host-key-unknown",
    [
      "No ED25519 host key is known for machine/hello and you have requested strict checking.",
      "Host key verification failed.",
    ],
  ],
  ["ssh-denied", [denied]],
  [
    "ssh-denied",
    [
      "Received disconnect from 127.0.0.1 port 22:2: Too many authentication failures",
      "Disconnected from 127.0.0.1 port 22",
    ],
  ],
  ["identity-file", ["no such identity: /keys/one: No such file or directory", denied]],
  ["identity-file", ['Load key "/keys/one": error in libcrypto', denied]],
  [
    "identity-file",
    [
      "@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@",
      "@         WARNING: UNPROTECTED PRIVATE KEY FILE!          @",
      "@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@",
      "Permissions 0644 for '/keys/one' are too open.",
      "It is required that your private key files are NOT accessible by others.",
      "This private key will be ignored.",
      'Load key "/keys/one": bad permissions',
      denied,
    ],
  ],
  ["address-unknown", ["ssh: Could not resolve hostname no-such.invalid: Name or service not known"]],
  ["address-unknown", ["ssh: Could not resolve hostname a.example: Temporary failure in name resolution"]],
  ["machine-unreachable", ["ssh: connect to host 127.0.0.1 port 22: Connection refused"]],
  ["machine-unreachable", ["ssh: connect to host 192.0.2.1 port 22: No route to host"]],
  ["machine-unreachable", ["Connection timed out during banner exchange", "Connection to 192.0.2.1 port 22 timed out"]],
  ["machine-unreachable", ["kex_exchange_identification: Connection closed by remote host"]],
  ["machine-unreachable", ["Connection to 127.0.0.1 closed by remote host."]],
  ["machine-unreachable", ["Timeout, server 127.0.0.1 not responding."]],
  // A key that could not be loaded is no reason where another one let us in.
  [
    "machine-unreachable",
    ['Load key "/root/.ssh/id_rsa": error in libcrypto', "Connection to 127.0.0.1 closed by remote host."],
  ],
  ["machine-unreachable", [""]],
  // What Node says when there is no ssh: child_process, event `error`.
  ["command-missing", ["spawn ssh ENOENT"]],
];

test("what ssh prints becomes a failure that says what to do", () => {
  for (const [code, lines] of texts) {
    const { report } = sshFailure({ ...target, identityFile: "/keys/one" }, `${lines.join("\r\n")}\r\n`, "compare");
    assert.equal(report.code, code, lines.join("\n"));
    assert.equal(report.subject, "machine/hello");
    assert.equal(report.attempted, "compare");
    assert.ok(report.found.length > 10 && report.next.length > 10);
    assert.doesNotMatch(`${report.found} ${report.next}`, /undefined|\[object|\r/);
    assert.ok((report.details ?? []).every((line) => !line.startsWith("@") && !/[\r\n]/.test(line) && line !== ""));
    assert.ok((report.details ?? []).length <= 6);
  }
});

test("a program that fails on the machine is no broken connection", () => {
  const said = "mkdir: cannot create directory '/srv/a': Read-only file system\n";
  assert.equal(sshFailure(target, said, "compare", 1).code, "program-ended");
  assert.equal(sshFailure(target, said, "compare", 0).code, "program-ended");
  assert.equal(sshFailure(target, said, "compare", 255).code, "machine-unreachable");
  assert.equal(sshFailure(target, changed.join("\n"), "compare", 255).code, "host-key-changed");
});

test("every kind says which machine, user or key it is about", () => {
  const say = (lines: readonly string[], given: Partial<SshTarget> = {}): string => {
    const { found, next } = sshFailure({ ...target, address: "192.0.2.7", ...given }, lines.join("\r\n"), "x").report;
    return `${found} ${next}`;
  };
  assert.match(say(changed), /192\.0\.2\.7.*forget-host-key machine\/hello.*--accept-new-host-keys/);
  assert.match(say([denied], { user: "admin" }), /192\.0\.2\.7 does not let admin in.*authorized_keys of admin/);
  assert.match(
    say([`no such identity: /keys/one: No such file`, denied], { identityFile: "/keys/one" }),
    /\/keys\/one/,
  );
  assert.match(say(["Connection refused"], { port: 2222 }), /192\.0\.2\.7 port 2222 cannot be reached/);
});

test("real answers of the real ssh: a closed port, and one where something else than SSH answers", async () => {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.resume();
    socket.end("HTTP/1.1 400 Bad Request\r\n\r\n");
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const bound = server.address();
  const port = typeof bound === "object" && bound !== null ? bound.port : 0;
  const codeAt = async (): Promise<string> => {
    const { code, stderr } = await run("ssh", ["-F", "none", ...sshArguments({ ...target, port }, "true")]);
    assert.equal(code, 255);
    return sshFailure(target, stderr, "compare").code;
  };
  const answered = await codeAt();
  server.close();
  await once(server, "close");
  assert.deepEqual([answered, await codeAt()], ["machine-unreachable", "machine-unreachable"]);
});
