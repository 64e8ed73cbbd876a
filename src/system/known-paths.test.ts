import assert from "node:assert/strict";
import { test } from "node:test";
import { mergeFragments } from "./fragment.ts";
import type { SystemInput } from "./system.ts";

const files = { "/etc/web/main.conf": { content: "" } };
const unit = (lists: object): SystemInput => ({ units: { "web.service": { sections: {}, ...lists } } });

function merge(...parts: readonly SystemInput[]): void {
  mergeFragments(parts.map((system, index) => ({ origin: ["one", "two"][index] ?? "", system })));
}

test("a unit may name files of any part of its system, folders of them, and what accounts bring", () => {
  merge(unit({ restartOn: ["/etc/web/main.conf"], unaffectedBy: ["/etc/web"] }), { files });
  merge(unit({ reloadOn: ["/home/web/.ssh/authorized_keys"] }), { users: { web: { home: "/home/web" } } });
});

test("a path that the system does not have is refused, and the nearest that it has is named", () => {
  for (const list of ["restartOn", "reloadOn", "unaffectedBy"]) {
    assert.throws(() => merge(unit({ [list]: ["/etc/web/mian.conf"] }), { files }), {
      code: "path-unknown",
      message: /one, unit web\.service.*\/etc\/web\/mian\.conf.*is \/etc\/web\/main\.conf meant/s,
    });
  }
  assert.throws(() => merge({ quadlets: { "a.container": { sections: {}, restartOn: ["/etc/we"] } } }, { files }), {
    message: /unit a\.container.*restartOn names \/etc\/we/s,
  });
});
