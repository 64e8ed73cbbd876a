import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { secret, text } from "../../model/reference.ts";
import { buildGeneration, type Generation } from "../../system/generation.ts";
import { System, type SystemInput } from "../../system/system.ts";
import { type Before, comparablePaths, generationChanges, nothingBefore, usersOf } from "./generation-changes.ts";

const full = {
  packages: ["hello"],
  users: { web: { groups: ["adm"] } },
  files: {
    "/etc/web.conf": { content: "port=80\n" },
    "/etc/web.key": { content: text`key=${secret("web/key")}\n` },
  },
  units: {
    "web.service": {
      sections: { Service: { ExecStart: ["/bin/web", "-c", "/etc/web.conf"] } },
      credentials: { token: secret("web/token") },
    },
  },
  quadlets: { "app.container": { sections: { Container: { Image: "a/b" } } } },
  health: { web: { kind: "tcp", port: 80 } },
} satisfies SystemInput;

function generation(input: SystemInput, revision = "1"): Generation {
  return buildGeneration(System.parse(input), () => revision);
}

function asBefore({ manifest, units, packages, ...rest }: Generation): Before {
  return { manifest, units, packages, users: usersOf({ manifest, units, packages, ...rest }) };
}

function changes(before: Before, after: Generation, edited: readonly string[] = []): readonly string[] {
  return generationChanges(before, after, new Set(edited)).map(
    ({ verb, what, detail }) => `${verb} ${what}${detail === undefined ? "" : `: ${detail.join("|")}`}`,
  );
}

test("the first generation adds everything, under the names that people know", () => {
  assert.deepEqual(changes(nothingBefore, generation(full)), [
    "add package hello",
    "add user web",
    "add credential web.service/token",
    "add file /etc/web.conf",
    "add file /etc/web.key",
    "add health check web",
    "add quadlet app.container",
    "add unit file web.service",
    "start unit app.service",
    "start unit web.service",
  ]);
});

test("an empty generation removes all of it again", () => {
  assert.deepEqual(changes(asBefore(generation(full)), generation({})), [
    "remove package hello",
    "remove user web",
    "remove credential web.service/token",
    "remove file /etc/web.conf",
    "remove file /etc/web.key",
    "remove health check web",
    "remove quadlet app.container",
    "remove unit file web.service",
    "stop unit app.service",
    "stop unit web.service",
  ]);
});

test("a new secret changes what holds it and restarts who uses it, and shows nothing", () => {
  assert.deepEqual(changes(asBefore(generation(full)), generation(full, "2")), [
    "change credential web.service/token",
    "change file /etc/web.key",
    "restart unit web.service",
  ]);
  assert.deepEqual(comparablePaths(asBefore(generation(full)), generation(full, "2"), []), []);
});

test("nothing is shown of a file that holds a secret, or held one, also when it was edited by hand", () => {
  const plain = generation({ ...full, files: { ...full.files, "/etc/web.key": { content: "key=none\n" } } });
  const withSecret = generation(full);
  assert.deepEqual(comparablePaths(asBefore(withSecret), plain, []), []);
  assert.deepEqual(comparablePaths(asBefore(plain), withSecret, []), []);
  assert.deepEqual(comparablePaths(asBefore(withSecret), plain, ["/etc/web.key"]), []);
  assert.deepEqual(comparablePaths(asBefore(withSecret), withSecret, ["/etc/web.key", "/etc/web.conf"]), [
    "files/etc/web.conf",
  ]);
});

test("a changed file is compared, and its difference shown; another mode alone is a change without one", () => {
  const files = { ...full.files, "/etc/web.conf": { content: "port=81\n" } };
  const after = generation({ ...full, files });
  const before = asBefore(generation(full));
  assert.deepEqual(comparablePaths(before, after, []), ["files/etc/web.conf"]);
  const diffs = new Map([["files/etc/web.conf", ["-port=80", "+port=81"]]]);
  assert.deepEqual(
    generationChanges(before, after, new Set(), diffs).map(({ verb, what, detail }) => ({ verb, what, detail })),
    [
      { verb: "change", what: "file /etc/web.conf", detail: ["-port=80", "+port=81"] },
      { verb: "restart", what: "unit web.service", detail: undefined },
    ],
  );
  const readable = { ...full.files, "/etc/web.conf": { content: "port=80\n", mode: "0600" } };
  const changed = generation({ ...full, files: readable });
  assert.deepEqual(changes(before, changed), ["change file /etc/web.conf"]);
  assert.deepEqual(comparablePaths(before, changed, []), []);
});

test("a file that was edited by hand is put right, and what reads it starts anew", () => {
  const same = generation(full);
  assert.deepEqual(changes(asBefore(same), same, ["/etc/web.conf"]), [
    "change file /etc/web.conf: put right",
    "restart unit web.service",
  ]);
  assert.deepEqual(changes(asBefore(same), same, ["/usr/local/lib/systemd/system"]), []);
});

test("from any system to the same there is nothing to do; to another one and back, everything added goes again", () => {
  const name = fc.constantFrom("aa", "bb", "cc");
  const system = fc.record({
    packages: fc.uniqueArray(name),
    files: fc.dictionary(
      name.map((one) => `/etc/${one}`),
      fc.record({ content: fc.constantFrom("x\n", "y\n"), mode: fc.constantFrom("0644", "0600") }),
    ),
    units: fc.dictionary(
      name.map((one) => `${one}.service`),
      fc.record({
        sections: fc.constantFrom({ Service: { ExecStart: ["/bin/a"] } }, { Service: { ExecStart: ["/bin/b"] } }),
      }),
    ),
  });
  fc.assert(
    fc.property(system, system, (one, other) => {
      const [a, b] = [generation(one), generation(other)];
      assert.deepEqual(changes(asBefore(a), a), []);
      const there = generationChanges(asBefore(a), b);
      const back = generationChanges(asBefore(b), a);
      const named = (list: typeof there, verb: string): readonly string[] =>
        list.flatMap((change) => (change.verb === verb ? [change.what] : [])).toSorted();
      assert.deepEqual(named(there, "add"), named(back, "remove"));
      assert.deepEqual(named(there, "change"), named(back, "change"));
      assert.deepEqual(named(there, "start"), named(back, "stop"));
      if (a.id === b.id) assert.deepEqual(there, []);
      else assert.notEqual(there.length, 0);
    }),
    { numRuns: 25 },
  );
});

test("what others start is restarted and reloaded only where it runs, and the plan says so", () => {
  const task = (command: string, enabled: boolean): SystemInput => ({
    units: { "task.service": { sections: { Service: { Type: "oneshot", ExecStart: [command] } }, enabled } },
  });
  const changed = (enabled: boolean): readonly string[] =>
    changes(asBefore(generation(task("/bin/a", enabled))), generation(task("/bin/b", enabled))).filter((line) =>
      line.startsWith("restart"),
    );
  assert.deepEqual(changed(false), ["restart unit task.service: only where it runs at that moment"]);
  assert.deepEqual(changed(true), ["restart unit task.service"]);
});
