import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { memberRoles, staffRoles, type MemberRole } from "./role.ts";
import { refusesWayBack, type Standing } from "./way-back.ts";

const operators = ["here", "there"] as const;

const standing = (id: string): fc.Arbitrary<Standing> =>
  fc
    .record({
      staffRole: fc.constantFrom(null, ...staffRoles),
      roles: fc.dictionary(fc.constantFrom(...operators), fc.constantFrom(...memberRoles)),
      suspended: fc.subarray([...operators]),
    })
    .map(({ staffRole, roles, suspended }) => ({
      id,
      staffRole,
      operators: new Set(Object.keys(roles)),
      memberships: new Map<string, MemberRole>(
        Object.entries(roles).filter(([one]) => !suspended.includes(one as "here")),
      ),
    }));

void test("an owner lets back in who is a member there and nothing else anywhere", () => {
  fc.assert(
    fc.property(standing("giver"), standing("person"), fc.constantFrom(...operators), (giver, person, operator) => {
      const may =
        giver.memberships.get(operator) === "owner" &&
        [...person.operators].join(" ") === operator &&
        person.staffRole === null;
      assert.equal(refusesWayBack(giver, person, operator) === undefined, may);
    }),
    { numRuns: 3000 },
  );
});

void test("an administrator of the staff lets back in members of operators and support, and no other administrator", () => {
  fc.assert(
    fc.property(standing("giver"), standing("person"), (giver, person) => {
      const may =
        giver.staffRole === "admin" &&
        (person.staffRole === "support" || (person.staffRole === null && person.operators.size > 0));
      assert.equal(refusesWayBack(giver, person, undefined) === undefined, may);
    }),
    { numRuns: 3000 },
  );
});

void test("nobody lets themselves back in", () => {
  fc.assert(
    fc.property(standing("same"), fc.constantFrom(undefined, ...operators), (person, operator) => {
      assert.notEqual(refusesWayBack(person, person, operator), undefined);
    }),
  );
});

void test("what a role is good for is written where all permissions are", () => {
  const owner = { id: "o", staffRole: null, operators: new Set(["here"]) } as const;
  const viewer: Standing = { ...owner, id: "v", memberships: new Map([["here", "viewer"]]) };
  const refusalOf = (role: MemberRole) =>
    refusesWayBack({ ...owner, memberships: new Map([["here", role]]) }, viewer, "here");
  assert.deepEqual(memberRoles.map(refusalOf), [undefined, "role", "role"]);
});
