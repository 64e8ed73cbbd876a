import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { hashSecret, newSecret } from "./accounts/secret-value.ts";
import { configurationsOf, stagedMark } from "./configurations/configuration-store.ts";
import { requestRun } from "./runs/request-run.ts";
import { runsOf } from "./runs/run-store.ts";
import { startTwoTenants, type Tenant, type TwoTenants, type Visitor } from "./testing/two-tenants.ts";
import type { Route } from "./web/route.ts";

let tenants: TwoTenants;
let routes: readonly Route[];
/** Secrets by what they are. */
const canaries = new Map<string, string>();
/** What was handed to the queue. */
const jobs: unknown[] = [];

/** Deploys what a tenant has staged, so that the engine makes and keeps secrets for it. */
async function deploy({ operator, configuration: id }: Tenant): Promise<void> {
  const { panel } = tenants.panel;
  const configuration = await configurationsOf(panel.queries, operator, panel.now).find(id);
  assert.ok(configuration !== undefined);
  const by = "person owner@own.example";
  const mark = stagedMark(configuration.staged);
  await requestRun(panel, runsOf(panel.queries, operator, panel.now), { configuration, mark, by });
  await tenants.panel.workOff();
  const engine = panel.openDeployment({
    name: configuration.domain,
    sink: () => undefined,
    signal: new AbortController().signal,
  });
  canaries.set(`initial password of ${configuration.domain}`, await engine.reveal("initial-user/password"));
  const { secrets } = await engine.state();
  for (const [name, { ciphertext }] of Object.entries(secrets))
    canaries.set(`sealed ${name} of ${configuration.domain}`, ciphertext);
}

/** Puts secrets of every kind into the database. */
async function plant(): Promise<void> {
  const { queries, keys, now } = tenants.panel.panel;
  for (const { id, email } of Object.values(tenants.people)) {
    const totp = `CANARYTOTP${email.replaceAll(/\W/g, "").toUpperCase()}`;
    const sealed = keys.seal(totp, "totp");
    const password = `$argon2id$v=19$m=1,t=1,p=1$canary$${newSecret()}`;
    await queries
      .updateTable("person")
      .set({ password_hash: password, totp_secret: sealed })
      .where("id", "=", id)
      .execute();
    const code = hashSecret(`recovery ${email}`);
    await queries.insertInto("recovery_code").values({ person_id: id, hash: code }).execute();
    canaries.set(`password of ${email}`, password).set(`second factor of ${email}`, totp);
    canaries.set(`sealed second factor of ${email}`, sealed).set(`recovery code of ${email}`, code);
  }
  for (const table of ["session", "token", "invitation", "way_back"] as const) {
    const rows = await queries.selectFrom(table).select(["hash", "id"]).execute();
    for (const { id, hash } of rows) canaries.set(`hash of ${table} ${id}`, hash);
  }
  for (const [name, visitor] of tenants.visitors) {
    if ("token" in visitor) canaries.set(`the ${name}`, visitor.token);
    else for (const cookie of visitor.browser.cookies.values()) canaries.set(`session of ${name}`, cookie);
  }
  for (const { operator, secret, link } of [tenants.own, tenants.other])
    canaries.set(`invitation of ${operator}`, secret).set(`way back of ${operator}`, link);
  const challenge = newSecret();
  await queries
    .insertInto("challenge")
    .values({ id: "canary", challenge, person_id: null, expires_at: new Date(now() + 1e6) })
    .execute();
  canaries.set("challenge", challenge);
}

before(async () => {
  tenants = await startTwoTenants();
  ({ routes } = await import("./web/routes.ts"));
  const { queue } = tenants.panel.panel;
  const { send } = queue;
  queue.send = (...job) => {
    jobs.push(job);
    return send(...job);
  };
  await deploy(tenants.own);
  await deploy(tenants.other);
  await plant();
});
after(() => tenants.panel.close());

function found(text: string): readonly string[] {
  return [...canaries].flatMap(([what, value]) => (text.includes(value) ? [what] : []));
}

async function ask({ method, path }: Route, visitor: Visitor, tenant: Tenant): Promise<string> {
  const { origin } = tenants.panel.panel.settings;
  const address = path.replaceAll(/:(\w+)/g, (_, name: string) => tenant[name as keyof Tenant]);
  if ("browser" in visitor && (method === "GET" || method === "POST")) {
    const { text, headers } = await (method === "GET" ? visitor.browser.get(address) : visitor.browser.post(address));
    return `${text} ${headers.get("location") ?? ""}`;
  }
  const authorization = "token" in visitor ? `Bearer ${visitor.token}` : "Bearer none";
  const body = method === "POST" || method === "PUT" ? { body: "{}" } : {};
  const answer = await tenants.panel.server.request(`${origin}${address}`, {
    method,
    headers: { authorization },
    ...body,
  });
  return `${await answer.text()} ${JSON.stringify([...answer.headers])}`;
}

/** What may show which secret to whom: its purpose. */
function meant({ path, method }: Route, name: string, what: string, tenant: Tenant): boolean {
  if (path === "/invitations/:secret") return what === `invitation of ${tenant.operator}`;
  if (path === "/way-back/:link") return what === `way back of ${tenant.operator}`;
  const side = tenant === tenants.own ? "own" : "other";
  const leads = name === `${side}-owner` || name === `${side}-admin`;
  return method === "POST" && path.endsWith("/password") && leads && what === `initial password of ${side}.example`;
}

void test("no answer to anybody holds a secret, but the first password, once, for those who lead", async () => {
  assert.ok(canaries.size > 60);
  const leaks: string[] = [];
  // What takes somebody's way in comes last, so that everything else is answered to those who have one.
  const rank = ({ method, path }: Route): number =>
    method === "GET" ? 0 : /sign-out|leave|remove|suspend|session/.test(path) ? 2 : 1;
  const ordered = routes.toSorted((a, b) => rank(a) - rank(b));
  const shown: string[] = [];
  let answers = 0;
  for (const route of ordered) {
    for (const [name, visitor] of tenants.visitors) {
      for (const tenant of route.path.includes(":") ? [tenants.own, tenants.other] : [tenants.own]) {
        const text = await ask(route, visitor, tenant);
        answers += 1;
        for (const what of found(text)) {
          if (!meant(route, name, what, tenant)) leaks.push(`${what} for ${name} at ${route.method} ${route.path}`);
          else if (what.startsWith("initial password")) shown.push(name);
        }
      }
    }
  }
  assert.deepEqual(leaks, []);
  assert.ok(answers > 1000);
  // It is given to the first who asks; by that it is seen that the search finds what is there.
  assert.deepEqual(shown, ["own-owner", "other-owner"]);
  assert.deepEqual(tenants.panel.reported, []);
});

void test("no event, run, trail, job or reported error holds a secret", async () => {
  const { queries, reported } = tenants.panel;
  const events = await queries.selectFrom("run_event").selectAll().execute();
  const runs = await queries.selectFrom("run").selectAll().execute();
  const trail = await queries.selectFrom("audit").selectAll().execute();
  const configurations = await queries.selectFrom("configuration").selectAll().execute();
  assert.ok(events.length > 0 && trail.length > 100 && jobs.length >= 2);
  for (const part of [events, runs, trail, jobs, configurations]) assert.deepEqual(found(JSON.stringify(part)), []);
  assert.deepEqual(
    found(
      reported
        .map((error) => (error instanceof Error ? `${error.stack ?? ""} ${String(error.cause)}` : String(error)))
        .join("\n"),
    ),
    [],
  );
});
