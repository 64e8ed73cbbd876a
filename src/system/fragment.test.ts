import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Failure } from "../model/failure.ts";
import { canonicalJson } from "../model/json.ts";
import { type Fragment, mergeFragments } from "./fragment.ts";
import type { SystemInput } from "./system.ts";

const word = fc.constantFrom("a", "b", "c");
const entries = <T>(name: (word: string) => string, value: fc.Arbitrary<T>): fc.Arbitrary<Record<string, T>> =>
  fc.dictionary(word.map(name), value, { maxKeys: 2 });

/** Parts that often touch the same things and often agree about them. */
const part: fc.Arbitrary<SystemInput> = fc.record(
  {
    packages: fc.array(fc.constantFrom("aa", "bb", "cc")),
    users: entries((name) => name, fc.constantFrom({}, { shell: "/bin/sh" })),
    directories: entries((name) => `/srv/${name}`, fc.constantFrom({}, { mode: "0700" })),
    files: entries((name) => `/etc/${name}`, fc.record({ content: word })),
    units: entries(
      (name) => `${name}.service`,
      fc.constantFrom(
        { sections: { Unit: { Description: "A", After: "b" } } },
        { sections: {}, onChange: "reload" as const },
      ),
    ),
    quadlets: entries((name) => `${name}.container`, fc.constant({ sections: { Container: { Image: "a" } } })),
    ports: entries((name) => `tcp/${String(name.charCodeAt(0))}`, fc.record({ owner: word })),
    health: entries((name) => name, fc.constantFrom({ kind: "tcp" as const, port: 80 })),
  },
  { requiredKeys: [] },
);
const fragments = fc
  .array(part, { maxLength: 4 })
  .map((parts) => parts.map((system, index): Fragment => ({ origin: `application ${String(index)}`, system })));

/** The merged system as bytes, or the conflict. */
function merged(given: readonly Fragment[]): string {
  try {
    return canonicalJson(mergeFragments(given));
  } catch (error) {
    assert.ok(error instanceof Failure);
    assert.equal(error.code, "conflict");
    return `${error.report.subject ?? ""} ${error.report.found}`;
  }
}

function mergedOrUndefined(given: readonly Fragment[]): SystemInput | undefined {
  try {
    return mergeFragments(given);
  } catch {
    return undefined;
  }
}

test("merging does not depend on the order, conflicts included", () => {
  fc.assert(
    fc.property(
      fragments.chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length }))),
      ([list, shuffled]) => {
        assert.equal(merged(shuffled), merged(list));
        const system = mergedOrUndefined(list);
        if (system !== undefined) assert.equal(JSON.stringify(mergeFragments(shuffled)), JSON.stringify(system));
      },
    ),
  );
});

test("merging is associative, idempotent, and has the empty part as its neutral element", () => {
  fc.assert(
    fc.property(part, part, part, (a, b, c) => {
      const one = (origin: string, system: SystemInput | undefined): readonly Fragment[] =>
        system === undefined ? [] : [{ origin, system }];
      const of = (...parts: readonly SystemInput[]): SystemInput | undefined =>
        mergedOrUndefined(parts.flatMap((system, index) => one(String(index), system)));
      const [ab, bc, all] = [of(a, b), of(b, c), of(a, b, c)];
      assert.deepEqual(ab === undefined ? undefined : of(ab, c), all);
      assert.deepEqual(bc === undefined ? undefined : of(a, bc), all);
      assert.deepEqual(of(a, a), of(a));
      assert.deepEqual(of(a, {}), of(a));
      if (all !== undefined) assert.deepEqual(of(all), all);
    }),
  );
});

test("nothing of any part is lost", () => {
  fc.assert(
    fc.property(fragments, (list) => {
      const system = mergedOrUndefined(list);
      if (system === undefined) return;
      for (const { system: given } of list) {
        const { packages = [], ...keyed } = given;
        assert.ok(packages.every((name) => system.packages?.includes(name)));
        for (const [member, names] of Object.entries(keyed)) {
          const kept = system[member as keyof typeof keyed] as Record<string, object>;
          for (const [name, value] of Object.entries(names as Record<string, object>)) {
            assert.deepEqual({ ...kept[name], ...value }, kept[name]);
          }
        }
      }
    }),
  );
});

test("what is written in another order of keys is equal", () => {
  const sections = { Unit: { Description: "A", After: "b.service" } };
  const turned = { Unit: { After: "b.service", Description: "A" } };
  const units = (value: typeof sections): SystemInput => ({ units: { "a.service": { sections: value } } });
  assert.equal(
    merged([
      { origin: "one", system: units(sections) },
      { origin: "two", system: units(turned) },
    ]),
    merged([{ origin: "one", system: units(sections) }]),
  );
});

test("a part that does not fit names who contributes it and each place", () => {
  const system = {
    packages: ["Hello", "-y"],
    files: { "etc/a": { content: "" }, "/etc/a": { content: 1, modus: "0644" } },
    units: { "fediversity.target": { sections: {} }, "a.service": { sections: { Unit: { Description: Number.NaN } } } },
    directories: { "/srv": { data: "a\n/etc b" } },
    users: { root: { description: "a\nb" }, ["__proto__x"]: {} },
    ports: { "tcp/0": { owner: "a" } },
  } as unknown as SystemInput;
  assert.throws(
    () => mergeFragments([{ origin: "application a", system }]),
    (error) => {
      assert.ok(error instanceof Failure);
      assert.deepEqual([error.code, error.report.subject], ["fragment-invalid", "application a"]);
      assert.deepEqual(
        error.report.failures?.map(({ subject, found }) => `${subject ?? ""}: ${found}`),
        [
          "packages[0]: expected the name of a Debian package",
          "packages[1]: expected the name of a Debian package",
          "users.root.description: expected text without colons, quotes, backslashes and control characters",
          "users.__proto__x: as a name: expected a user name of lower-case letters, digits, - and _, not beginning with a digit",
          'directories["/srv"].data: expected text without line breaks and control characters',
          'files["etc/a"]: as a name: expected an absolute path of letters, digits and . _ @ : + -',
          'files["/etc/a"].content: expected text, a reference or a template of both',
          'files["/etc/a"].modus: there is no "modus" here',
          'units["fediversity.target"]: as a name: expected a unit name such as greeter.service',
          'units["a.service"].sections.Unit.Description: expected text without secrets (secrets reach units as credentials), a number, a boolean, a list or variables',
          'ports["tcp/0"]: as a name: expected a port such as tcp/443',
        ],
      );
      return true;
    },
  );
});

test("paths that would leave their place or break a line are refused", () => {
  for (const path of [
    "/",
    "//a",
    "/a/",
    "/a//b",
    "/a/../b",
    "/./a",
    "/a/..",
    "/a b",
    "/a\nb",
    "/ä",
    "a",
    "",
    "/a,b",
    `/${"a".repeat(255)}`,
  ]) {
    assert.throws(() => mergeFragments([{ origin: "a", system: { files: { [path]: { content: "" } } } }]), {
      code: "fragment-invalid",
    });
  }
  for (const path of ["/a", "/etc/.hidden", "/etc/..a", "/srv/a@b:c+d-e_f.g"]) {
    assert.deepEqual(
      Object.keys(mergeFragments([{ origin: "a", system: { files: { [path]: { content: "" } } } }]).files),
      [path],
    );
  }
});
