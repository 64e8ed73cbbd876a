import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { isObject } from "../../src/model/json.ts";
import { until } from "../../src/providers/local-machine/until.ts";
import { ada, bob, type Operator } from "./deployer.ts";
import type { Scene } from "./scene.ts";
import { fetchJson, fetchText } from "./web.ts";

/** Somebody who is logged in to snac, as clients of Mastodon's API see it. */
interface Person {
  readonly url: string;
  readonly handle: string;
  readonly token: string;
}

async function logIn(scene: Scene, { domain }: Operator): Promise<Person> {
  const url = `https://snac.${domain}`;
  const answer = await fetchText(scene, `${url}/oauth/x-snac-get-token`, [
    ...["--data-urlencode", "login=ada", "--data-urlencode", `passwd=${scene.password}`],
  ]);
  const token = /[A-Za-z0-9]{16,}/.exec(answer)?.[0] ?? "";
  const person = { url, handle: `ada@snac.${domain}`, token };
  const account = await fetchJson(scene, `${url}/api/v1/accounts/verify_credentials`, bearer(person));
  assert.equal(account["username"], "ada");
  return person;
}

function bearer({ token }: Person): readonly string[] {
  return ["--header", `Authorization: Bearer ${token}`];
}

async function list(scene: Scene, person: Person, path: string): Promise<readonly Record<string, unknown>[]> {
  const found: unknown = JSON.parse(await fetchText(scene, `${person.url}${path}`, bearer(person)));
  return Array.isArray(found) ? found.filter(isObject) : [];
}

/** Posts that somebody gets to see: of those that he follows, and those that are meant for him. */
async function postsFor(scene: Scene, person: Person): Promise<readonly Record<string, unknown>[]> {
  const followed = await list(scene, person, "/api/v1/timelines/home?limit=20");
  const notices = await list(scene, person, "/api/v1/notifications?limit=20");
  return [...followed, ...notices.map(({ status }) => status).filter(isObject)];
}

/** Waits until somebody sees a post with this text. */
async function seen(scene: Scene, person: Person, text: string): Promise<Record<string, unknown>> {
  const look = async (): Promise<Record<string, unknown> | undefined> =>
    (await postsFor(scene, person)).find(({ content }) => String(content).includes(text));
  const found = await until(look, { timeout: 60_000, interval: 300 });
  assert.ok(found !== undefined, `${person.handle} sees "${text}"`);
  return found;
}

async function post(scene: Scene, person: Person, status: string, inReplyTo?: string): Promise<void> {
  await fetchText(scene, `${person.url}/api/v1/statuses`, [
    ...bearer(person),
    ...["--data-urlencode", `status=${status}`],
    ...(inReplyTo === undefined ? [] : ["--data-urlencode", `in_reply_to_id=${inReplyTo}`]),
  ]);
}

/** Two operators' services meet. */
export async function federation(scene: Scene): Promise<void> {
  const { lab } = scene;
  await lab.subtest("federation: a follow, a post that arrives, a reply that comes back", async () => {
    const [one, other] = await Promise.all([logIn(scene, ada), logIn(scene, bob)]);
    const query = `${one.url}/api/v1/search?type=accounts&resolve=true&q=${encodeURIComponent(`@${other.handle}`)}`;
    const results = await fetchJson(scene, query.replace("/api/v1/search", "/api/v2/search"), bearer(one));
    const [account] = Array.isArray(results["accounts"]) ? results["accounts"].filter(isObject) : [];
    assert.ok(account !== undefined, `${other.handle} is found from ${one.handle}`);
    await fetchText(scene, `${one.url}/api/v1/accounts/${String(account["id"])}/follow`, [
      ...bearer(one),
      "--request",
      "POST",
    ]);
    // Posts reach those whose follow has been accepted.
    const target = scene.targets["snac-b"];
    await target.waitUntilSucceeds("ls /srv/fediversity/snac/data/instance/user/ada/followers/*.json");
    // New each time, so that what arrived once does not stand for it.
    const words = randomBytes(6).toString("hex");
    await post(scene, other, `Good morning ${words} from the other side`);
    const arrived = await seen(scene, one, `Good morning ${words}`);
    await post(scene, one, `@${other.handle} And good morning ${words} to you`, String(arrived["id"]));
    await seen(scene, other, `And good morning ${words}`);
  });
}
