import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseDpkgStatus, settleDpkgStatus } from "./dpkg-status.ts";

test("only what is configured counts as installed", () => {
  const status = parseDpkgStatus(
    [
      "Package: hello\nStatus: install ok installed\nVersion: 2.10-5\nDescription: says\n Package: no\n Status: install ok installed\n",
      "Package: cowsay\nStatus: deinstall ok config-files\n",
      "Package: snac2\nStatus: install reinstreq half-installed\n",
      "Package: libc6\nArchitecture: amd64\nStatus: hold ok installed\n",
    ].join("\n"),
  );
  assert.deepEqual([...status.known], ["hello", "cowsay", "snac2", "libc6"]);
  assert.deepEqual([...status.installed], ["hello", "libc6"]);
});

test("an empty status knows nothing", () => {
  assert.equal(parseDpkgStatus("").known.size, 0);
});

test("every paragraph is seen, whatever its other fields", () => {
  const entry = fc.record({
    name: fc.stringMatching(/^[a-z0-9][a-z0-9+.-]{1,10}$/),
    state: fc.constantFrom("installed", "unpacked", "config-files"),
    description: fc.stringMatching(/^[ -~]{0,20}$/),
  });
  fc.assert(
    fc.property(fc.uniqueArray(entry, { selector: (one) => one.name }), (entries) => {
      const text = entries.map(
        (one) => `Package: ${one.name}\nDescription: x\n ${one.description}x\nStatus: install ok ${one.state}\n`,
      );
      const status = parseDpkgStatus(text.join("\n"));
      assert.deepEqual(
        [...status.known],
        entries.map((one) => one.name),
      );
      assert.deepEqual(
        [...status.installed],
        entries.filter((one) => one.state === "installed").map((one) => one.name),
      );
    }),
  );
});

test("what dpkg left in between is taken out, and asked for again unless it was being removed", () => {
  const entry = (name: string, status: string): string => `Package: ${name}\nStatus: ${status}\nVersion: 1\n`;
  const text = [
    entry("hello", "install ok installed"),
    entry("cowsay", "install ok unpacked"),
    entry("perl", "install reinstreq half-installed"),
    entry("snac2", "deinstall ok half-configured"),
    entry("own", "install ok half-configured"),
    entry("gone", "deinstall ok config-files"),
    entry("waiting", "install ok triggers-awaited"),
  ].join("\n");
  const available = new Set(["hello", "cowsay", "perl", "snac2", "gone", "waiting"]);
  const settled = settleDpkgStatus(text, available);
  assert.deepEqual(settled.again, ["cowsay", "perl"]);
  assert.deepEqual([...parseDpkgStatus(settled.text).known], ["hello", "own", "gone", "waiting"]);
});

test("a settled status stays as it is", () => {
  const name = fc.stringMatching(/^[a-z0-9][a-z0-9+.-]{1,10}$/);
  fc.assert(
    fc.property(fc.uniqueArray(name), (names) => {
      const text = names.map((one) => `Package: ${one}\nStatus: install ok installed\nDescription: x\n y\n`).join("\n");
      assert.deepEqual(settleDpkgStatus(text, new Set(names)), { text, again: [] });
    }),
  );
});

test("what follows from dpkg's updates is truer than the status", () => {
  const text = [
    "Package: libc6\nStatus: install ok installed\nArchitecture: amd64\n",
    "Package: libc6\nStatus: install ok installed\nArchitecture: i386\n",
    "Package: hello\nStatus: install ok installed\nArchitecture: amd64\n",
    "Package: cowsay\nStatus: install ok installed\nArchitecture: all\n",
    "Package: cowsay\nStatus: deinstall ok half-configured\nArchitecture: all\n",
    "Package: hello\nStatus: deinstall ok not-installed\nSection: devel\n",
    "#padding\n#padding\n",
  ].join("\n");
  assert.deepEqual([...parseDpkgStatus(text).installed], ["libc6"]);
  const settled = settleDpkgStatus(text, new Set(["hello", "cowsay"]));
  assert.equal(settled.text.match(/^Package: libc6$/gm)?.length, 2);
  assert.doesNotMatch(settled.text, /hello|cowsay/);
  assert.deepEqual(settled.again, []);
});
