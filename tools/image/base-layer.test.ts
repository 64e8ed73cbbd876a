import assert from "node:assert/strict";
import { test } from "node:test";
import { baseArguments, baseId, baseRecipe } from "./base-layer.ts";

test("a base layer is named by its packages, in whatever order they are given", () => {
  const id = baseId(baseRecipe(["puma", "nodejs"], "amd64", ["#!/bin/sh\n"]));
  assert.match(id, /^[0-9a-f]{16}$/);
  assert.equal(baseId(baseRecipe(["nodejs", "puma", "puma"], "amd64", ["#!/bin/sh\n"])), id);
  assert.notEqual(baseId(baseRecipe(["nodejs"], "amd64", ["#!/bin/sh\n"])), id);
  assert.notEqual(baseId(baseRecipe(["puma", "nodejs"], "arm64", ["#!/bin/sh\n"])), id);
});

test("mmdebstrap is told the archive, its settings, and what to leave out", () => {
  const args = baseArguments(
    baseRecipe(["nodejs"], "amd64", []),
    {
      repositories: [{ uri: "http://mirror.example/debian/", suite: "trixie" }],
      settings: ['Acquire::Check-Valid-Until "false"'],
    },
    "/cache/root",
    ["/prepare.sh", "/tidy-base.sh"],
  );
  for (const expected of [
    "--variant=essential",
    "--include=nodejs",
    '--aptopt=Acquire::Check-Valid-Until "false"',
    "--dpkgopt=path-include=/usr/share/doc/*/copyright",
    "--customize-hook=/prepare.sh",
    "--customize-hook=/tidy-base.sh",
  ]) {
    assert.ok(args.includes(expected), expected);
  }
  assert.deepEqual(args.slice(-3), ["trixie", "/cache/root", "deb http://mirror.example/debian/ trixie main"]);
});

test("an image without packages includes none", () => {
  const args = baseArguments(baseRecipe([], "amd64", []), { repositories: [], settings: [] }, "/root", ["/tidy"]);
  assert.ok(!args.some((argument) => argument.startsWith("--include")));
});
