import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import fc from "fast-check";
import { Failure, type FailureReport } from "../../model/failure.ts";
import { type RecordUpdate, updateRecords, updateScript } from "./update.ts";

const update: RecordUpdate = {
  server: { address: "198.51.100.53", port: 53 },
  zone: "example.org",
  name: "social.example.org",
  type: "A",
  remove: "all",
  add: ["203.0.113.7"],
  ttl: 300,
};
const key = { name: "deployer", algorithm: "hmac-sha256", secret: { $secret: "provider/dns-key" } } as const;
const signed: RecordUpdate = { ...update, server: { ...update.server, port: 5353, key } };

test("all records of a name and type are replaced in one message", () => {
  assert.equal(
    updateScript({ ...update, add: ["203.0.113.7", "203.0.113.8"] }),
    [
      "server 198.51.100.53 53",
      "zone example.org.",
      "update delete social.example.org. A",
      "update add social.example.org. 300 A 203.0.113.7",
      "update add social.example.org. 300 A 203.0.113.8",
      "send",
      "",
    ].join("\n"),
  );
});

test("the key signs, and stands in the script alone", () => {
  assert.deepEqual(updateScript(signed, "c2VjcmV0").split("\n").slice(0, 3), [
    "server 198.51.100.53 5353",
    "zone example.org.",
    "key hmac-sha256:deployer c2VjcmV0",
  ]);
  assert.doesNotMatch(updateScript(update), /^key/m);
});

test("what is removed is removed by its value, and names are whole", () => {
  const removal: RecordUpdate = { ...update, type: "CNAME", remove: ["a.example.net", "b.example.net."], add: [] };
  assert.deepEqual(updateScript(removal).split("\n").slice(2, 4), [
    "update delete social.example.org. CNAME a.example.net.",
    "update delete social.example.org. CNAME b.example.net.",
  ]);
});

/** Reads character strings as a name server does: RFC 1035 section 5.1. */
function read(presented: string): Buffer {
  const bytes: number[] = [];
  for (const [, part = ""] of presented.matchAll(/"((?:[^"\\]|\\[0-9]{3}|\\.)*)"/g)) {
    let length = 0;
    for (const [one] of part.matchAll(/\\[0-9]{3}|\\.|./g)) {
      bytes.push(/^\\[0-9]{3}$/.test(one) ? Number(one.slice(1)) : one.charCodeAt(one.length - 1));
      length += 1;
    }
    assert.ok(length <= 255, "a character string has 255 bytes at most");
  }
  return Buffer.from(bytes);
}

test("any text arrives literally in TXT, on one line, in parts of 255 bytes", () => {
  const line = (value: string): string =>
    updateScript({ ...update, type: "TXT", remove: [], add: [value] }).split("\n")[2] ?? "";
  const start = "update add social.example.org. 300 TXT ";
  assert.equal(line('v=spf1 "a" \\ -all'), `${start}"v=spf1 \\"a\\" \\\\ -all"`);
  assert.equal(line("a\nsend\n"), `${start}"a\\010send\\010"`);
  assert.equal(line(""), `${start}""`);
  assert.equal(line("x".repeat(300)), `${start}"${"x".repeat(255)}" "${"x".repeat(45)}"`);
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 400 }), (value) => {
      const script = updateScript({ ...update, type: "TXT", remove: [], add: [value] });
      assert.equal(script.split("\n").length, 5);
      assert.deepEqual(read(line(value).slice(start.length)), Buffer.from(value));
    }),
  );
});

/** Puts a program called nsupdate first into PATH, which keeps what it was given. */
function fakeNsupdate(context: TestContext, behaviour: string): { given(): string; arguments(): string } {
  const folder = mkdtempSync(join(tmpdir(), "fediversity-nsupdate-"));
  const before = process.env["PATH"];
  context.after(() => {
    process.env["PATH"] = before;
    rmSync(folder, { recursive: true, force: true });
  });
  const file = join(folder, "nsupdate");
  writeFileSync(file, `#!/bin/sh\nprintf '%s ' "$@" >'${folder}/arguments'\ncat >'${folder}/given'\n${behaviour}\n`);
  chmodSync(file, 0o755);
  process.env["PATH"] = `${folder}:${before ?? ""}`;
  return {
    given: () => readFileSync(join(folder, "given"), "utf8"),
    arguments: () => readFileSync(join(folder, "arguments"), "utf8"),
  };
}

test("the script goes to nsupdate by its standard input, over TCP and with an end", async (context) => {
  const fake = fakeNsupdate(context, "exit 0");
  await updateRecords(signed, "c2VjcmV0");
  assert.equal(fake.given(), updateScript(signed, "c2VjcmV0"));
  assert.equal(fake.arguments(), "-v -t 10 -u 3 ", "the key is on no command line");
});

async function refused(context: TestContext, said: string, given = signed): Promise<FailureReport> {
  fakeNsupdate(context, `cat >&2 <<'END'\n${said}\nEND\nexit 2`);
  try {
    await updateRecords(given, "c2VjcmV0");
  } catch (error) {
    assert.ok(error instanceof Failure, String(error));
    return error.report;
  }
  assert.fail("nothing failed");
}

test("what the server says becomes a failure that names it and what to do", async (context) => {
  const cases = [
    ["update failed: REFUSED", "dns-refused", "it refused the update with key deployer"],
    [
      "; TSIG error with server: tsig indicates error\nupdate failed: NOTAUTH(BADKEY)",
      "dns-refused",
      /with key deployer/,
    ],
    ["update failed: NOTZONE", "dns-zone", "it did not take the update for zone example.org"],
    ["update failed: SERVFAIL", "dns-zone", /zone example\.org/],
    ["; Communication with 198.51.100.53#5353 failed: timed out", "dns-unreachable", "it does not answer"],
  ] as const;
  for (const [said, code, found] of cases) {
    const report = await refused(context, said);
    assert.equal(report.code, code, said);
    assert.match(report.found, typeof found === "string" ? new RegExp(`^${found}$`) : found);
    assert.equal(report.attempted, "change A social.example.org in DNS");
    assert.equal(report.subject, "198.51.100.53 port 5353");
    assert.ok(report.details?.includes(said.split("\n").at(-1) ?? ""), JSON.stringify(report.details));
    assert.notEqual(report.next, "");
  }
  const unsigned = await refused(context, "update failed: REFUSED", update);
  assert.equal(unsigned.found, "it refused the update without a key");
});

test("a key that nsupdate repeats reaches no failure", async (context) => {
  for (const said of [
    "could not create key from hmac-sha256:deployer c2VjcmV0: bad base64 encoding\nsyntax error",
    "key hmac-sha256:deployer c2VjcmV0\nsyntax error",
  ]) {
    assert.doesNotMatch(JSON.stringify(await refused(context, said)), /c2VjcmV0/);
  }
});

test("a computer without nsupdate is told what to install", async (context) => {
  const before = process.env["PATH"];
  context.after(() => void (process.env["PATH"] = before));
  process.env["PATH"] = "/nonexistent";
  await assert.rejects(updateRecords(update, undefined), (error) => {
    assert.ok(error instanceof Failure);
    assert.deepEqual(
      [error.code, error.report.next],
      ["command-missing", "Install it: apt-get install bind9-dnsutils."],
    );
    return true;
  });
});
