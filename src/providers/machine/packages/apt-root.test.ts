import assert from "node:assert/strict";
import { test } from "node:test";
import { aptOptions, aptRoot, aptSettings } from "./apt-root.ts";

test("nothing of the root lies outside its folder, and the computer's sources, pins and keys are not used", () => {
  const root = aptRoot("/cache", "trixie", "arm64");
  const options = aptOptions(root, "/cache/status");
  const value = (name: string): string | undefined =>
    options.find((option) => option.startsWith(`${name}=`))?.slice(name.length + 1);
  assert.equal(root.folder, "/cache/apt/trixie-arm64");
  assert.equal(value("Dir::State"), root.folder);
  assert.equal(value("Dir::Cache"), `${root.folder}/cache`);
  assert.equal(value("Dir::Etc"), `${root.folder}/etc`);
  assert.equal(value("Dir::State::status"), "/cache/status");
  for (const name of ["sourceparts", "preferencesparts", "trustedparts"])
    assert.equal(value(`Dir::Etc::${name}`), "empty");
  assert.deepEqual(options.slice(0, 2), ["-c", root.settings]);
});

test("unsigned and weakly signed repositories stay refused, whatever the computer's apt.conf says", () => {
  const options = aptOptions(aptRoot("/cache", "trixie", "amd64"));
  for (const name of ["AllowInsecureRepositories", "AllowDowngradeToInsecureRepositories", "AllowWeakRepositories"]) {
    assert.ok(options.includes(`Acquire::${name}=false`));
  }
});

test("the computer's hooks and architectures are cleared before the machine's architecture is set", () => {
  const text = aptSettings("arm64");
  assert.match(text, /^#clear APT::Update::Post-Invoke;$/m);
  assert.ok(text.indexOf("#clear APT::Architectures;") < text.indexOf('APT::Architectures { "arm64"; };'));
});
