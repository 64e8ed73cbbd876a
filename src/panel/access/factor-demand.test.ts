import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { newId } from "../accounts/secret-value.ts";
import { startTwoTenants, type TwoTenants, type Visitor } from "../testing/two-tenants.ts";
import { PanelSettings } from "../settings.ts";
import type { Route } from "../web/route.ts";
import { demandsFactor, underDemand } from "./factor-demand.ts";
import type { Permission } from "./permission.ts";

/** What remains open, written out once more. */
const open: readonly Permission[] = ["session.start", "session.end", "profile.prove", "profile.factor"];

let tenants: TwoTenants;
let routes: readonly Route[];
before(async () => {
  tenants = await startTwoTenants({ environment: { FEDIPANEL_REQUIRE_SECOND_FACTOR: "everyone" } });
  ({ routes } = await import("../web/routes.ts"));
});
after(() => tenants.panel.close());

interface Found {
  readonly status: number;
  readonly location: string;
  readonly text: string;
}

/** Asks with what a form of the visitor's would have. */
async function ask({ path, method }: Route, visitor: Visitor): Promise<Found> {
  const address = path.replaceAll(/:(\w+)/g, (_, name: string) => tenants.own[name as "operator"]);
  if ("browser" in visitor) {
    const { browser } = visitor;
    return await (method === "GET" ? browser.get(address) : browser.post(address));
  }
  const answer = await tenants.panel.server.request(`http://localhost${address}`, {
    method,
    headers: { authorization: `Bearer ${visitor.token}` },
    ...(method === "POST" || method === "PUT" ? { body: "{}" } : {}),
  });
  return { status: answer.status, location: answer.headers.get("location") ?? "", text: await answer.text() };
}

async function passkeyFor(person: string): Promise<void> {
  const key = { credential_id: newId(), public_key: "none", counter: 0, transports: "", name: "key" };
  await tenants.panel.queries
    .insertInto("passkey")
    .values({ id: newId(), person_id: person, created_at: new Date(), ...key })
    .execute();
}

void test("of whom it is demanded", () => {
  const table = PanelSettings.shape.requireSecondFactor
    .unwrap()
    .options.map((demand) =>
      ([null, "support", "admin"] as const).map((staffRole) => demandsFactor(demand, { staffRole })),
    );
  assert.deepEqual(table, [
    [false, false, false],
    [false, true, true],
    [true, true, true],
  ]);
  for (const secondFactor of [true, false])
    assert.equal(underDemand("everyone", { staffRole: null, secondFactor }).lacksFactor, !secondFactor);
});

void test("without it every way leads people to where it is set up, and refuses programs", async () => {
  const wrong: string[] = [];
  let led = 0;
  for (const route of routes) {
    if (open.includes(route.permission)) continue;
    for (const [name, visitor] of tenants.visitors) {
      if (name === "nobody" || "token" in visitor !== (route.kind === "api")) continue;
      const { status, location, text } = await ask(route, visitor);
      const refused =
        route.kind === "api"
          ? status === 403 && (JSON.parse(text) as { code: string }).code === "second-factor-missing"
          : status === 303 && location === "/profile/second-factor";
      if (!refused) wrong.push(`${name}, ${route.method} ${route.path}: ${String(status)} ${location}`);
      led += 1;
    }
  }
  assert.deepEqual(wrong, []);
  assert.ok(led > 500);
  assert.deepEqual(tenants.panel.reported, []);
});

void test("what remains open is what it is set up with, and the ways to sign in and out", () => {
  const paths = new Set(routes.filter(({ permission }) => open.includes(permission)).map(({ path }) => path));
  assert.deepEqual(
    [...paths].filter((path) => !path.startsWith("/sign-in") && !path.startsWith("/profile/prove")).toSorted(),
    [
      "/profile/second-factor",
      "/profile/security/passkeys",
      "/profile/security/passkeys/options",
      "/profile/security/totp",
      "/profile/sign-out",
    ],
  );
});

void test("with a second factor everything is as it was, for the person and for programs with their tokens", async () => {
  const { people, visitors, own } = tenants;
  await passkeyFor(people["own-owner"]?.id ?? "");
  const [browser, token] = [visitors.get("own-owner"), visitors.get("own-token-read")];
  const services = routes.find(({ path }) => path === "/operators/:operator/services");
  const list = routes.find(({ path, method }) => path.endsWith("/configurations") && method === "GET");
  assert.ok(browser !== undefined && token !== undefined && services !== undefined && list !== undefined);
  assert.equal((await ask(services, browser)).status, 200);
  assert.equal((await ask(list, token)).status, 200);
  const viewers = visitors.get("own-viewers-token");
  assert.ok(viewers !== undefined);
  assert.equal((await ask(list, viewers)).status, 403, own.operator);
});

void test("refused programs are in the trail, people who are led on are not", async () => {
  const { queries } = tenants.panel;
  const trail = await queries.selectFrom("audit").selectAll().where("outcome", "=", "denied").execute();
  assert.ok(trail.length > 0);
  for (const { actor, detail } of trail) {
    assert.match(actor, /^token /);
    assert.deepEqual(detail, { because: "factor" });
  }
});
