import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Hono } from "hono";
import { startTwoTenants, type TwoTenants, type Visitor } from "../testing/two-tenants.ts";
import type { Route } from "../web/route.ts";
import { permissions, type Permission } from "./permission.ts";

const members = "own-owner own-admin own-viewer";
const leading = "own-owner own-admin";
const persons = `${members} other-owner other-admin other-viewer staff-admin staff-support`;

/**
 * Who gets in by each permission, written out once more: a change of the policy has to be made here too. A star asks for a
 * fresh proof of who it is. `everybody` is everybody.
 */
const expected: { readonly [Name in Permission]: string } = {
  "site.read": "everybody",
  "session.start": "everybody",
  "session.end": persons,
  "invitation.accept": "everybody",
  "way-back.use": "everybody",
  "profile.read": persons,
  "profile.write": persons,
  "profile.prove": persons,
  "profile.factor": `* ${persons}`,
  "profile.secure": `* ${persons}`,
  "catalogue.read": `${members} own-token-read own-viewers-token`,
  "configuration.read": `${members} own-token-read own-viewers-token`,
  "configuration.write": `${leading} own-token-write`,
  "deployment.read": `${members} own-token-read own-viewers-token`,
  "deployment.start": `${leading} own-token-deploy`,
  "deployment.cancel": `${leading} own-token-deploy`,
  "application.remove": `* ${leading}`,
  "password.reveal": leading,
  "member.read": leading,
  "member.invite": leading,
  "member.change": "* own-owner",
  "member.remove": "* own-owner",
  "member.leave": members,
  "member.way-back": "* own-owner",
  "audit.read": `${leading} own-token-read`,
  "token.read": "own-owner",
  "token.write": "* own-owner",
  "provider.overview": "staff-admin staff-support",
  "provider.environments": "staff-admin staff-support",
  "provider.catalogue": "staff-admin staff-support",
  "provider.deployments": "staff-admin staff-support",
  "provider.stop": "* staff-admin",
  "provider.operators": "staff-admin staff-support",
  "provider.operators.write": "staff-admin",
  "provider.operators.suspend": "* staff-admin",
  "provider.staff": "staff-admin",
  "provider.staff.write": "* staff-admin",
  "provider.way-back": "* staff-admin",
  "provider.audit": "staff-admin staff-support",
};

type Outcome = "in" | "sign-in" | "prove" | "denied" | "not-found";

let tenants: TwoTenants;
let routes: readonly Route[];
/** The panel's own server, in which whoever gets in is told so and nothing else happens. */
let gate: Hono;
before(async () => {
  tenants = await startTwoTenants();
  ({ routes } = await import("../web/routes.ts"));
  const { createServer } = await import("../web/server.ts");
  gate = createServer(
    tenants.panel.panel,
    routes.map((route) => ({ ...route, handle: () => new Response("in", { status: 299 }) })),
  );
});
after(() => tenants.panel.close());

function addressOf({ path }: Route, values: { readonly [name: string]: string }): string {
  return path.replaceAll(/:(\w+)/g, (_, name: string) => {
    const value = values[name];
    assert.ok(value !== undefined, `two-tenants.ts knows no :${name}, which ${path} needs`);
    return value;
  });
}

async function knock(route: Route, visitor: Visitor): Promise<Outcome> {
  const { origin } = tenants.panel.panel.settings;
  const headers = new Headers({ origin, "sec-fetch-site": "same-origin" });
  let body: string | undefined;
  if ("token" in visitor) headers.set("authorization", `Bearer ${visitor.token}`);
  else {
    const { cookies, formToken } = visitor.browser;
    headers.set("cookie", [...cookies].map(([name, value]) => `${name}=${value}`).join("; "));
    headers.set("content-type", "application/x-www-form-urlencoded");
    if (route.method === "POST") body = new URLSearchParams({ "form-token": formToken }).toString();
  }
  const address = `${origin}${addressOf(route, { ...tenants.own })}`;
  const answer = await gate.request(address, {
    method: route.method,
    headers,
    ...(body === undefined ? {} : { body }),
  });
  const location = answer.headers.get("location") ?? "";
  if (answer.status === 299) return "in";
  if (answer.status === 401 || location.startsWith("/sign-in")) return "sign-in";
  if (location.startsWith("/profile/prove")) return "prove";
  if (answer.status === 403) return "denied";
  assert.equal(answer.status, 404, `${route.method} ${route.path} answers ${String(answer.status)}`);
  return "not-found";
}

/** What a visitor finds behind a route, by the table above. */
function expectedFor({ permission, kind }: Route, name: string, fresh: boolean): Outcome {
  const words = expected[permission].split(" ");
  if (words.includes("everybody")) return "in";
  const program = name.includes("token");
  // A browser's session is nobody to programs' ways, and a token is nobody to pages.
  if (name === "nobody" || program !== (kind === "api")) return "sign-in";
  if (words.includes(name)) return words.includes("*") && !fresh ? "prove" : "in";
  const outside = !name.startsWith("own-") && permissions[permission].to === "members";
  return outside && !program ? "not-found" : "denied";
}

async function walk(fresh: boolean): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  const wrong: string[] = [];
  // The second time only what asks for a proof is another.
  for (const route of fresh ? routes : routes.filter(({ permission }) => expected[permission].startsWith("*"))) {
    for (const [name, visitor] of tenants.visitors) {
      const outcome = await knock(route, visitor);
      const wanted = expectedFor(route, name, fresh);
      outcomes.push(outcome);
      if (outcome !== wanted) wrong.push(`${name}, ${route.method} ${route.path}: ${outcome}, not ${wanted}`);
    }
  }
  assert.deepEqual(wrong, []);
  return outcomes;
}

async function denials(): Promise<number> {
  const { queries } = tenants.panel;
  return (await queries.selectFrom("audit").select("sequence").where("outcome", "=", "denied").execute()).length;
}

void test("everybody finds behind every route what the table says, and every denied call is in the trail", async () => {
  const outcomes = await walk(true);
  assert.ok(outcomes.includes("in") && outcomes.includes("denied") && outcomes.includes("not-found"));
  const refused = outcomes.filter((outcome) => outcome === "denied" || outcome === "not-found");
  assert.equal(await denials(), refused.length);
});

void test("after a quarter of an hour, what destroys asks for a proof first", async () => {
  tenants.panel.pass(15 * 60_000 + 1000);
  assert.ok((await walk(false)).includes("prove"));
});

void test("a role that is taken away is gone with the next request", async () => {
  const { people, own, panel, visitors } = tenants;
  const route = routes.find(({ path }) => path === "/operators/:operator/add");
  const viaToken = routes.find(({ path, method }) => path.endsWith("/configurations") && method === "POST");
  const browser = visitors.get("own-admin");
  const token = visitors.get("own-token-write");
  assert.ok(route !== undefined && viaToken !== undefined && browser !== undefined && token !== undefined);
  const become = async (name: string, role: "owner" | "admin" | "viewer"): Promise<void> => {
    const id = people[name]?.id ?? "";
    await panel.queries.updateTable("member").set({ role }).where("person_id", "=", id).execute();
  };
  assert.equal(await knock(route, browser), "in");
  await become("own-admin", "viewer");
  assert.equal(await knock(route, browser), "denied");
  await become("own-admin", "admin");
  assert.equal(await knock(viaToken, token), "in");
  await become("own-owner", "viewer");
  assert.equal(await knock(viaToken, token), "denied");
  await panel.queries
    .deleteFrom("member")
    .where("operator_id", "=", own.operator)
    .where("role", "=", "viewer")
    .execute();
  assert.equal(await knock(viaToken, token), "sign-in");
});

void test("a suspended operator has no ways in, for members as for their tokens", async () => {
  const { panel, own, visitors } = tenants;
  const at = new Date(panel.panel.now());
  await panel.queries.updateTable("operator").set({ suspended_at: at }).where("id", "=", own.operator).execute();
  for (const route of routes.filter(({ permission }) => permissions[permission].to === "members")) {
    for (const [name, visitor] of visitors) {
      if (!name.startsWith("own-")) continue;
      assert.notEqual(await knock(route, visitor), "in", `${name}, ${route.path}`);
    }
  }
});
