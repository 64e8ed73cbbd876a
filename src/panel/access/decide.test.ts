import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Actor } from "./actor.ts";
import { decide } from "./decide.ts";
import { permissions, type Grant, type Permission } from "./permission.ts";
import { mayInvite, memberRoles, staffRoles, type MemberRole } from "./role.ts";
import { tokenScopes } from "./scope.ts";

const names = Object.keys(permissions) as Permission[];
const grantOf = (permission: Permission): Grant => permissions[permission];
const operators = ["here", "there"] as const;

const person = {
  kind: "person",
  id: "p",
  email: "ada@example.org",
  name: "Ada",
  language: null,
  session: "s",
  secondFactor: false,
  lacksFactor: false,
} as const;

const maker = { staffRole: null, secondFactor: false, lacksFactor: false } as const;

const owning = new Map<string, MemberRole>([["here", "owner"]]);
const viewing = new Map<string, MemberRole>([["here", "viewer"]]);

const staffRole = fc.constantFrom(null, ...staffRoles);
const memberships = fc
  .dictionary(fc.constantFrom(...operators), fc.constantFrom(...memberRoles))
  .map((roles) => new Map(Object.entries(roles)));
const somebody = fc
  .record({ staffRole, memberships, fresh: fc.boolean() })
  .map((rest) => ({ ...person, ...rest }) satisfies Actor);
const token = fc
  .record({
    operator: fc.constantFrom(...operators),
    role: fc.constantFrom(...memberRoles),
    scopes: fc.subarray([...tokenScopes]),
  })
  .map((rest) => ({ kind: "token", id: "t", personId: "p", ...maker, ...rest }) satisfies Actor);
const permission = fc.constantFrom(...names);
const concerned = fc.constantFrom(undefined, ...operators);

/** All that the policy may let through, said in another way than it decides. */
function written(actor: Actor, grant: Grant, operator: string | undefined): boolean {
  const mine =
    actor.kind === "person" ? actor.memberships.get(operator ?? "") : actor.kind === "token" ? actor.role : undefined;
  return (
    grant.to === "everybody" ||
    (grant.to === "person" && actor.kind === "person") ||
    (grant.to === "staff" && actor.kind === "person" && grant.roles.some((role) => role === actor.staffRole)) ||
    (grant.to === "members" && mine !== undefined && grant.roles.includes(mine) && actor.kind === "person") ||
    (grant.to === "members" &&
      mine !== undefined &&
      grant.roles.includes(mine) &&
      actor.kind === "token" &&
      actor.operator === operator &&
      grant.stepUp === undefined &&
      actor.scopes.some((scope) => scope === grant.scope))
  );
}

void test("nothing is granted that is not written, and everything that is", () => {
  const nobody = fc.constant({ kind: "nobody" } as const);
  fc.assert(
    fc.property(fc.oneof(nobody, somebody, token), permission, concerned, (actor, name, operator) => {
      const grant = grantOf(name);
      const decision = decide(actor, name, operator);
      assert.equal(decision === "yes" || decision === "prove", written(actor, grant, operator));
      const old = actor.kind === "person" && !actor.fresh && "stepUp" in grant;
      if (written(actor, grant, operator)) assert.equal(decision, old ? "prove" : "yes");
      else assert.equal(decision, actor.kind === "nobody" ? "sign-in" : "no");
    }),
    { numRuns: 3000 },
  );
});

void test("whoever lacks a second factor that is demanded has what leads to one, and nothing else", () => {
  const open = ["session.start", "session.end", "profile.prove", "profile.factor"];
  fc.assert(
    fc.property(fc.oneof(somebody, token), permission, concerned, (actor, name, operator) => {
      const decision = decide({ ...actor, lacksFactor: true }, name, operator);
      assert.equal(decision, open.includes(name) ? decide(actor, name, operator) : "factor");
    }),
    { numRuns: 2000 },
  );
});

void test("a permission that does not exist is nobody's", () => {
  const owner = { ...person, staffRole: "admin", memberships: owning, fresh: true } as const;
  for (const name of ["", "toString", "__proto__", "constructor", "site.write", "SITE.READ"])
    assert.equal(decide(owner, name as Permission, "here"), "no", name);
});

void test("what somebody is elsewhere changes nothing here", () => {
  fc.assert(
    fc.property(somebody, permission, fc.constantFrom(...memberRoles), (actor, name, role) => {
      const more = { ...actor, memberships: new Map([...actor.memberships, ["there", role]]) };
      assert.equal(decide(more, name, "here"), decide(actor, name, "here"));
    }),
  );
});

void test("the hosting provider's people are nobody among members, and members nobody among them", () => {
  for (const name of names) {
    const grant = grantOf(name);
    const staff = { ...person, staffRole: "admin", memberships: new Map<string, MemberRole>(), fresh: true } as const;
    if (grant.to === "members") assert.equal(decide(staff, name, "here"), "no", name);
    const owner = { ...person, staffRole: null, memberships: owning, fresh: true } as const;
    if (grant.to === "staff") assert.equal(decide(owner, name, "here"), "no", name);
  }
});

void test("a higher role may whatever a lower one may", () => {
  const may = (role: MemberRole, name: Permission) =>
    decide(
      { ...person, staffRole: null, memberships: new Map<string, MemberRole>([["here", role]]), fresh: true },
      name,
      "here",
    ) === "yes";
  for (const name of names) {
    assert.ok(may("owner", name) || !may("admin", name), name);
    assert.ok(may("admin", name) || !may("viewer", name), name);
  }
});

void test("a viewer and a token that only reads change nothing", () => {
  const owned = { personId: "p", operator: "here", role: "owner" } as const;
  const reading = { kind: "token", id: "t", ...owned, ...maker, scopes: ["read"] } as const;
  const viewer = { ...person, staffRole: null, memberships: viewing, fresh: true } as const;
  const members = names.filter((name) => grantOf(name).to === "members");
  assert.deepEqual(
    members.filter((name) => decide(viewer, name, "here") === "yes"),
    ["catalogue.read", "configuration.read", "deployment.read", "member.leave"],
  );
  for (const name of names.filter((one) => decide(reading, one, "here") === "yes"))
    assert.match(name, /\.read$|^session\.start$|^invitation\.accept$|^way-back\.use$/);
});

void test("what takes something away for good asks for a fresh proof", () => {
  const asking = names.filter((name) => "stepUp" in grantOf(name));
  for (const name of [
    "application.remove",
    "member.remove",
    "token.write",
    "provider.stop",
    "profile.secure",
    "member.way-back",
    "provider.way-back",
  ] as const)
    assert.ok(asking.includes(name), name);
});

void test("owners invite anybody, admins only viewers, viewers nobody", () => {
  const table = memberRoles.map((own) => memberRoles.filter((invited) => mayInvite(own, invited)));
  assert.deepEqual(table, [["owner", "admin", "viewer"], ["viewer"], []]);
});
