import assert from "node:assert/strict";
import { test } from "node:test";
import { parseProviders, unknownPackages } from "./known-packages.ts";

const shown = [
  "Package: mail-transport-agent",
  "Versions: ",
  "",
  "Reverse Depends: ",
  "  xymon,mail-transport-agent",
  "Dependencies: ",
  "Provides: ",
  "Reverse Provides: ",
  "ssmtp 2.64-11+b2 (= )",
  "postfix 3.10.13-0+deb13u1 (= )",
  "postfix 3.10.3-1 (= )",
  "",
  "Package: gone",
  "Versions: ",
  "",
  "Reverse Provides: ",
  "",
].join("\n");

test("who provides a virtual package", () => {
  assert.deepEqual([...parseProviders(shown)], [["mail-transport-agent", ["postfix", "ssmtp"]]]);
  assert.equal(parseProviders("").size, 0);
});

test("one unknown name is one failure, with the nearest name", () => {
  const { report } = unknownPackages(["helo"], new Set(["hello", "cowsay"]), new Map(), "trixie");
  assert.equal(report.code, "package-unknown");
  assert.equal(report.subject, "helo");
  assert.equal(report.next, "Did you mean hello?");
});

test("a virtual package is told from an unknown one", () => {
  const { report } = unknownPackages(["mail-transport-agent"], new Set(), parseProviders(shown), "trixie");
  assert.equal(report.code, "package-virtual");
  assert.match(report.next, /postfix, ssmtp/);
});

test("several unknown names are told at once", () => {
  const { report } = unknownPackages(["helo", "zzzzzz"], new Set(["hello"]), new Map(), "trixie");
  assert.deepEqual(
    report.failures?.map(({ subject }) => subject),
    ["helo", "zzzzzz"],
  );
});
