import assert from "node:assert/strict";
import { test } from "node:test";
import { mergeFragments } from "./fragment.ts";
import type { SystemInput } from "./system.ts";

const unit = { sections: {} };
const file = { content: "" };

function merge(...parts: readonly SystemInput[]): void {
  mergeFragments(parts.map((system, index) => ({ origin: ["one", "two"][index] ?? "", system })));
}

test("what cannot be together although its names differ is refused, and both are named", () => {
  const cases: readonly [SystemInput, SystemInput, string, string][] = [
    [
      { units: { "a.service": unit } },
      { quadlets: { "a.container": unit } },
      "unit a.service",
      "one wants unit a.service, and two wants quadlet a.container",
    ],
    [
      { quadlets: { "a-volume.container": unit } },
      { quadlets: { "a.volume": unit } },
      "unit a-volume.service",
      "one wants quadlet a-volume.container, and two wants quadlet a.volume",
    ],
    [
      { files: { "/etc/a": file } },
      { files: { "/etc/a/b/c": file } },
      "file /etc/a",
      "one wants file /etc/a, and two wants file /etc/a/b/c",
    ],
    [
      { files: { "/etc/a": file } },
      { directories: { "/etc/a": {} } },
      "file /etc/a",
      "one wants file /etc/a, and two wants directory /etc/a",
    ],
    [
      { files: { "/etc/a": file } },
      { directories: { "/etc/a/b": {} } },
      "file /etc/a",
      "one wants file /etc/a, and two wants directory /etc/a/b",
    ],
  ];
  for (const [one, two, subject, found] of cases) {
    const message = `${subject}: ${found}: they cannot be together`;
    assert.throws(() => merge(one, two), { code: "conflict", message });
    assert.throws(() => merge(two, one), { code: "conflict" });
  }
});

test("what only looks alike can be together", () => {
  merge(
    { files: { "/etc/a": file } },
    { files: { "/etc/ab/c": file, "/etc/a.d/b": file }, directories: { "/etc": {} } },
  );
  merge({ units: { "a.service": unit } }, { quadlets: { "a.volume": unit, "a.network": unit } });
  merge({ quadlets: { "a.container": unit } }, { quadlets: { "a.container": unit } });
});
