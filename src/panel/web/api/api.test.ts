import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { TokenScope } from "../../access/scope.ts";
import { makeToken } from "../../accounts/tokens.ts";
import { startTestPanel, type TestPanel } from "../../testing/test-panel.ts";

let panel: TestPanel;
let operator: string;
let owner: string;
before(async () => {
  panel = await startTestPanel();
  operator = await panel.makeOperator("Choir");
  ({ id: owner } = await panel.makePerson({ email: "owner@choir.example", memberships: { [operator]: "owner" } }));
});
after(() => panel.close());

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly headers: Headers;
}

type Call = (method: string, path: string, body?: unknown) => Promise<Answer>;

/** Calls of a program with a token of its own. */
async function program(scopes: readonly TokenScope[] = ["read", "write", "deploy"]): Promise<Call> {
  const now = panel.panel.now();
  const { token } = await makeToken(panel.queries, {
    operator,
    person: owner,
    name: "test",
    scopes,
    lifetime: 1e9,
    now,
  });
  return async (method, path, body) => {
    const answer = await panel.server.request(`http://localhost/api/operators/${operator}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}` },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown>, headers: answer.headers };
  };
}

const initialUser = { displayName: "Ada", username: "ada", email: "ada@example.org" };

void test("a program creates, stages, plans, deploys and follows, by the addresses that it is given", async () => {
  const call = await program();
  const made = await call("POST", "/configurations", { domain: "api.example", initialUser });
  assert.equal(made.status, 201);
  const path = `/configurations/${String(made.body["id"])}`;
  assert.equal(made.headers.get("location"), `/api/operators/${operator}${path}`);
  const staged = await call("PUT", `${path}/applications/snac`, { title: "Small" });
  assert.equal(staged.status, 200);
  assert.deepEqual(staged.body["changes"], [
    { application: "snac", kind: "added", option: null, from: null, to: null },
  ]);
  const plan = await call("GET", `${path}/plan`);
  assert.deepEqual(plan.body["counts"], { create: 1 });
  const asked = await call("POST", `${path}/deployments`, { mark: staged.body["mark"] });
  assert.equal(asked.status, 202);
  const again = await call("POST", `${path}/deployments`, { mark: staged.body["mark"] });
  assert.equal(again.body["id"], asked.body["id"]);
  await panel.workOff();
  const run = `/deployments/${String(asked.body["id"])}`;
  assert.equal((await call("GET", run)).body["status"], "succeeded");
  const events = (await call("GET", `${run}/events`)).body["events"] as readonly { sequence: number }[];
  const last = events.at(-1)?.sequence ?? 0;
  assert.ok(last > 3);
  assert.equal(
    ((await call("GET", `${run}/events?after=${String(last - 1)}`)).body["events"] as readonly unknown[]).length,
    1,
  );
  assert.deepEqual((await call("GET", path)).body["changes"], []);
  assert.equal((await call("POST", `${run}/cancel`)).status, 409);
  const without = await call("DELETE", `${path}/applications/snac`);
  assert.equal((without.body["changes"] as readonly { kind: string }[])[0]?.kind, "removed");
  assert.equal((await call("DELETE", `${path}/staged`)).body["forgotten"], false);
  const trail = (await call("GET", "/audit?limit=200")).body["entries"] as readonly { action: string }[];
  for (const action of ["configuration.create", "configuration.stage", "deployment.request"])
    assert.ok(
      trail.some((entry) => entry.action === action),
      action,
    );
});

void test("a deployment is cancelled before it begins", async () => {
  const call = await program();
  const made = await call("POST", "/configurations", { domain: "cancel.example", initialUser });
  const asked = await call("POST", `/configurations/${String(made.body["id"])}/deployments`, {
    mark: made.body["mark"],
  });
  const cancelled = await call("POST", `/deployments/${String(asked.body["id"])}/cancel`);
  assert.equal(cancelled.status, 202);
  assert.notEqual(cancelled.body["cancelRequestedAt"], null);
  await panel.workOff();
  const list = await call("GET", `/deployments?configuration=${String(made.body["id"])}`);
  assert.deepEqual(
    (list.body["deployments"] as readonly { status: string }[]).map(({ status }) => status),
    ["cancelled"],
  );
});

void test("what a request may not hold is refused, with the nearest name", async () => {
  const call = await program();
  const refused = async (method: string, path: string, body: unknown, status: number, pattern: RegExp) => {
    const answer = await call(method, path, body);
    assert.equal(answer.status, status, JSON.stringify(answer.body));
    assert.match(JSON.stringify(answer.body), pattern);
  };
  const good = { domain: "strict.example", initialUser };
  await refused("POST", "/configurations", { ...good, enviroment: "x" }, 400, /did you mean \\"environment\\"/);
  await refused("POST", "/configurations", { ...good, id: "mine", operator_id: "other" }, 400, /unknown-key/);
  await refused("POST", "/configurations", "{", 400, /json-invalid/);
  await refused("POST", "/configurations", { ...good, environment: "producton" }, 404, /did you mean \\"production\\"/);
  await refused("POST", "/configurations", { ...good, domain: "Not A Domain" }, 422, /"subject":"domain"/);
  const { body } = await call("POST", "/configurations", good);
  const path = `/configurations/${String(body["id"])}`;
  await refused("POST", "/configurations", good, 409, /domain-taken/);
  await refused("PUT", `${path}/applications/snak`, {}, 404, /did you mean \\"snac\\"/);
  await refused("PUT", `${path}/applications/snac`, { titel: "x" }, 422, /did you mean \\"title\\"/);
  await refused("PUT", `${path}/applications/snac`, { enable: false }, 400, /switched on/);
  await refused("PUT", `${path}/applications/__proto__`, {}, 404, /application-unknown/);
  await refused("DELETE", `${path}/applications/snac`, undefined, 404, /not-found/);
  await refused("DELETE", `${path}/applications/constructor`, undefined, 404, /not-found/);
  await refused("POST", `${path}/deployments`, { mark: "old" }, 409, /review-outdated/);
  await refused("POST", `${path}/deployments`, { mark: body["mark"], purge: true }, 400, /unknown-key/);
  await refused("GET", "/deployments?limit=100000", undefined, 400, /request-invalid/);
  await refused("GET", "/deployments?limt=1", undefined, 400, /did you mean \\"limit\\"/);
});

void test("the catalogue has a JSON Schema for every application", async () => {
  const call = await program(["read"]);
  const { body } = await call("GET", "/applications");
  const found = body["applications"] as readonly { name: string; title: string; options: { properties: object } }[];
  assert.deepEqual(
    found.map(({ name }) => name),
    panel.panel.config.applications.map(({ name }) => name),
  );
  assert.ok(Object.hasOwn(found.find(({ name }) => name === "snac")?.options.properties ?? {}, "title"));
  assert.equal(found.find(({ name }) => name === "peertube")?.title, "PeerTube");
});

void test("a token has so many requests within a minute, and others are not concerned", async () => {
  const busy = await program(["read"]);
  const calm = await program(["read"]);
  // So that the minute does not end in between.
  panel.pass(60_000 - (panel.panel.now() % 60_000));
  for (let count = 0; count < 120; count += 1) assert.equal((await busy("GET", "/environments")).status, 200);
  const over = await busy("GET", "/environments");
  assert.equal(over.status, 429);
  assert.equal(over.headers.get("retry-after"), "60");
  assert.equal((await calm("GET", "/environments")).status, 200);
  panel.pass(60_000);
  assert.equal((await busy("GET", "/environments")).status, 200);
});
