import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startTwoTenants, type Tenant, type TwoTenants } from "../testing/two-tenants.ts";
import type { Route } from "../web/route.ts";
import { permissions } from "./permission.ts";

let tenants: TwoTenants;
let routes: readonly Route[];
before(async () => {
  tenants = await startTwoTenants();
  ({ routes } = await import("../web/routes.ts"));
});
after(() => tenants.panel.close());

/** Everything that the database has of an operator. */
async function everythingOf({ operator }: Tenant): Promise<string> {
  const { queries } = tenants.panel;
  const tables = ["configuration", "run", "invitation", "member", "token", "way_back"] as const;
  const rows = await Promise.all(
    tables.map((table) => queries.selectFrom(table).selectAll().where("operator_id", "=", operator).execute()),
  );
  // When a token was last used is no part of what is compared.
  return JSON.stringify(rows, (key, value: unknown) => (key === "used_at" ? null : value));
}

/** Every name by which a form could say what it is about. */
function formOf(tenant: Tenant): Record<string, string> {
  const { configuration, run, invitation, token, person, operator } = tenant;
  const ids = { configuration, run, invitation, token, person, operator, deployment: run };
  return { ...ids, id: invitation, place: configuration, operator_id: operator, data: "purge", confirmation: "snac" };
}

/** Sends a request as the owner of the own operator, by whichever way the route is for. */
async function send(route: Route, values: Tenant & { readonly operator: string }, form: Record<string, string>) {
  const path = route.path.replaceAll(/:(\w+)/g, (_, name: string) => values[name as keyof Tenant]);
  if (route.kind === "page") {
    const visitor = tenants.visitors.get("own-owner");
    assert.ok(visitor !== undefined && "browser" in visitor);
    const { status, text } = await (route.method === "GET"
      ? visitor.browser.get(path)
      : visitor.browser.post(path, form));
    return { path, status, text };
  }
  const grant = permissions[route.permission];
  assert.ok("scope" in grant);
  const visitor = tenants.visitors.get(`own-token-${grant.scope}`);
  assert.ok(visitor !== undefined && "token" in visitor);
  const answer = await tenants.panel.server.request(`http://localhost${path}`, {
    method: route.method,
    headers: { authorization: `Bearer ${visitor.token}` },
    ...(route.method === "POST" || route.method === "PUT"
      ? { body: route.path.endsWith("/deployments") ? '{"mark":"x"}' : "{}" }
      : {}),
  });
  return { path, status: answer.status, text: await answer.text() };
}

/** Parameters that name what belongs to one operator. */
const owned = /:(?:configuration|run|deployment|person|invitation|token)(?:\/|$)/;

void test("ids of another operator's things are nothing on one's own paths, and nothing of them changes", async () => {
  const before = await everythingOf(tenants.other);
  const ways = routes.filter(({ permission }) => permissions[permission].to === "members");
  const [about, others] = [ways.filter(({ path }) => owned.test(path)), ways.filter(({ path }) => !owned.test(path))];
  assert.ok(about.length > 20);
  for (const route of about) {
    const { status, text, path } = await send(
      route,
      { ...tenants.other, operator: tenants.own.operator },
      formOf(tenants.other),
    );
    assert.equal(status, 404, `${route.method} ${path}`);
    assert.doesNotMatch(text, /other\.example/, path);
  }
  for (const route of others) {
    const leaves = route.path === "/operators/:operator/leave" && route.method === "POST";
    if (leaves) continue;
    const { text, path } = await send(route, tenants.own, formOf(tenants.other));
    assert.doesNotMatch(text, /other\.example/, `${route.method} ${path}`);
  }
  assert.equal(await everythingOf(tenants.other), before);
  assert.deepEqual(tenants.panel.reported, []);
});

void test("one's own ids are nothing on another operator's paths", async () => {
  const [own, other] = [await everythingOf(tenants.own), await everythingOf(tenants.other)];
  for (const route of routes.filter(({ permission }) => permissions[permission].to === "members")) {
    const { status, path } = await send(
      route,
      { ...tenants.own, operator: tenants.other.operator },
      formOf(tenants.own),
    );
    assert.equal(status, route.kind === "page" ? 404 : 403, `${route.method} ${path}`);
  }
  assert.equal(await everythingOf(tenants.other), other);
  assert.equal(await everythingOf(tenants.own), own);
});

void test("ids that are none of the usual form are nothing", async () => {
  for (const id of ["..%2f..%2f", "%00", "'%20or%20''='", "a".repeat(2000), "%F0%9F%A6%A3", "null"]) {
    for (const route of routes.filter(
      ({ path, method, kind }) => owned.test(path) && method === "GET" && kind === "page",
    )) {
      const values = {
        ...tenants.own,
        configuration: id,
        run: id,
        deployment: id,
        person: id,
        invitation: id,
        token: id,
      };
      const { status, path } = await send(route, values, {});
      assert.ok(status === 404 || status === 403, `${path}: ${String(status)}`);
    }
  }
  assert.deepEqual(tenants.panel.reported, []);
});

void test("NUL, which the database does not take, is nothing in addresses, queries and forms", async () => {
  const staff = tenants.visitors.get("staff-admin");
  const owner = tenants.visitors.get("own-owner");
  assert.ok(staff !== undefined && "browser" in staff && owner !== undefined && "browser" in owner);
  const { operator } = tenants.own;
  const answers = [
    await staff.browser.get("/provider/operators?search=%00"),
    await staff.browser.get("/provider/audit?actor=a%00b"),
    await staff.browser.post("/provider/operators", { name: "a\0b", email: "a@example.org" }),
    await owner.browser.post(`/operators/${operator}/add/snac`, { "place\0": "", domain: "a\0.example" }),
  ];
  assert.deepEqual(
    answers.map(({ status }) => status),
    [404, 404, 404, 404],
  );
  assert.deepEqual(tenants.panel.reported, []);
});
