import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { Failure } from "../../model/failure.ts";
import { driftInWords, readReport, refusal } from "./machine-report.ts";
import { fakeSession } from "./testing/fake-session.ts";

const read = (...answers: readonly (string | Buffer)[]): ReturnType<typeof readReport> =>
  readReport(fakeSession(answers), "machine/hello", "read the machine");

test("a machine that nobody works with yet", async () => {
  assert.deepEqual(await read("owner -", "current 0 none", "end"), {
    owner: undefined,
    number: 0,
    id: "none",
    pending: undefined,
    drift: [],
    health: [],
    freeBytes: undefined,
    manifest: undefined,
  });
});

test("everything that a machine says of itself, and nothing of what a newer program says besides", async () => {
  const manifest = Buffer.from("f abc 0644 root root files/etc/motd\nend\n");
  const report = await read(
    "owner example.org",
    "current 12 0123abcd",
    "pending 13 awaiting 1700000000 holder-id root@deployer",
    "weather fine today",
    "free   41203798016",
    "drift tree files/etc/motd",
    "drift unit web.service failed-exit-code",
    "drift moon full",
    "drift copy /etc/sudoers.d/x",
    "",
    "health web ok HTTP status 200, expected 200",
    "health db bad no answer at all",
    "health quiet ok",
    `manifest ${String(manifest.length)}`,
    manifest,
    "end",
  );
  assert.deepEqual(report, {
    owner: "example.org",
    number: 12,
    id: "0123abcd",
    pending: { number: 13, phase: "awaiting" },
    drift: [
      { kind: "tree", name: "files/etc/motd", words: "" },
      { kind: "unit", name: "web.service", words: "failed-exit-code" },
      { kind: "copy", name: "/etc/sudoers.d/x", words: "" },
    ],
    health: [
      { name: "web", healthy: true, text: "HTTP status 200, expected 200" },
      { name: "db", healthy: false, text: "no answer at all" },
      { name: "quiet", healthy: true, text: "" },
    ],
    freeBytes: 41_203_798_016,
    manifest: manifest.toString("utf8"),
  });
});

test("a refusal in the place of a report, and a connection that breaks in its middle, are failures", async () => {
  const coded = (code: string) => (error: unknown) => error instanceof Failure && error.code === code;
  await assert.rejects(read("owner a", "error locked root@b, since 2026-01-01T00:00:00Z"), coded("locked"));
  await assert.rejects(read("owner a", "current 1 x"), coded("machine-unreachable"));
});

test("every kind of drift has words for people", () => {
  const words = (["tree", "link", "copy", "unit", "package", "user"] as const).map((kind) =>
    driftInWords({ kind, name: kind === "tree" ? "files/etc/a" : "/etc/a", words: "failed" }),
  );
  assert.deepEqual(words, [
    "file /etc/a was edited by hand",
    "/etc/a was replaced by hand",
    "file /etc/a was edited by hand",
    "unit /etc/a is failed",
    "package /etc/a is not installed",
    "user /etc/a does not exist",
  ]);
  assert.equal(
    driftInWords({ kind: "tree", name: "units/web.service", words: "" }),
    "units/web.service was edited by hand",
  );
});

const program = readdirSync(new URL("./program", import.meta.url))
  .filter((name) => name.endsWith(".sh"))
  .map((name) => readFileSync(new URL(`./program/${name}`, import.meta.url), "utf8"))
  .join("\n")
  .replaceAll(/^\s*#.*$/gm, "");

/** Every code that the machine's program can refuse with. */
function codes(): readonly string[] {
  const calls = [...program.matchAll(/\brefuse (?!\(\))(\S+)/g)].map(([, code = ""]) => code);
  const lines = [...program.matchAll(/\bsay ["'](?:end refused|refused|error) (?!\$\*)(\S+)/g)].map(
    ([, code = ""]) => code,
  );
  return [...new Set([...calls, ...lines])].toSorted();
}

test("each refusal of the machine's program has words of its own", () => {
  assert.ok(codes().length >= 16, codes().join(" "));
  const unknown = refusal("error never-heard-of some words", "s", "a").report;
  assert.equal(unknown.found, "some words");
  for (const code of codes()) {
    assert.match(code, /^[a-z]+(?:-[a-z]+)*$/, "the code of a refusal is written out");
    const { report } = refusal(`error ${code} 1048576 524288`, "machine/hello", "activate a generation");
    assert.equal(report.code, code);
    assert.equal(report.subject, "machine/hello");
    assert.equal(report.attempted, "activate a generation");
    assert.notEqual(report.next, unknown.next, `machine-report.ts has no words for ${code}`);
    assert.doesNotMatch(`${report.found} ${report.next}`, /undefined|NaN|\[object/);
    assert.ok(report.found.length > 8, code);
  }
});

test("what a refusal is about is named in it", () => {
  const found = (line: string): string => refusal(`error ${line}`, "s", "a").report.found;
  assert.match(found("locked root@deployer, since 2026-01-01T00:00:00Z"), /root@deployer, since 2026/);
  assert.match(found("owned other.example"), /other\.example/);
  assert.equal(
    found("disk-full 10485760 5242880").slice(0, 53),
    "the disk has 5.0 MiB free where 10.0 MiB are needed; ",
  );
  assert.match(found("user-exists web db "), /the user web db exists/);
  assert.match(found("unit-shadowed web.service"), /\/etc\/systemd\/system\/web\.service/);
  assert.match(found("generation-unknown 7"), /no generation 7/);
  assert.match(found("base-moved generation 3 is in force, not 2"), /generation 3 is in force, not 2/);
});
