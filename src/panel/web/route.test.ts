import assert from "node:assert/strict";
import { test } from "node:test";
import type { Permission } from "../access/permission.ts";
import { route } from "./route.ts";

function declared(permission: string, path: string): boolean {
  const definition = {
    method: "GET",
    path,
    permission: permission as Permission,
    handle: () => new Response(),
  } as const;
  try {
    route(definition);
    return true;
  } catch (error) {
    assert.ok(error instanceof TypeError, String(error));
    return false;
  }
}

/** One permission of each kind of grant. */
const kinds = { everybody: "site.read", person: "profile.read", members: "member.read", staff: "provider.overview" };

/** The kinds of grant that a path may have a route for. */
function kindsFor(path: string): string {
  return Object.entries(kinds)
    .filter(([, permission]) => declared(permission, path))
    .map(([kind]) => kind)
    .join(" ");
}

void test("a route's path says to whom it is granted", () => {
  const right: Record<string, string> = {
    "/": "everybody",
    "/sign-in": "everybody",
    "/api/openapi.json": "everybody",
    "/profile": "person",
    "/profile/security": "person",
    "/operators/:operator/services": "members",
    "/api/operators/:operator/configurations": "members",
    "/api/operators/:operator": "members",
    "/provider": "staff",
    "/provider/operators/:id": "staff",
  };
  for (const [path, kind] of Object.entries(right)) assert.equal(kindsFor(path), kind, path);
});

void test("no route is about an operator's things without the operator", () => {
  for (const path of ["/operators/:id/services", "/operators/services", "/api/operators/:id", "services", "*", ""])
    assert.equal(kindsFor(path), "", path);
});

void test("no route has a permission that does not exist", () => {
  for (const permission of ["", "site.write", "toString", "__proto__"])
    assert.equal(declared(permission, "/"), false, permission);
});

void test("a route cannot be changed afterwards", () => {
  assert.ok(
    Object.isFrozen(route({ method: "GET", path: "/", permission: "site.read", handle: () => new Response() })),
  );
});
