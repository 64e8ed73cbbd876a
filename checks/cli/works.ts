import assert from "node:assert/strict";
import { isObject } from "../../src/model/json.ts";
import { until } from "../../src/providers/local-machine/until.ts";
import { visit } from "../driver/browser-page.ts";
import type { Operator } from "./deployer.ts";
import { visitAll, type Visit } from "./people.ts";
import { askForMails } from "./people/ask-for-mails.ts";
import type { Scene } from "./scene.ts";
import { everything } from "./applications.ts";
import { fetchText, hostsOf, titleOf } from "./web.ts";

/** What a server of Engine.IO says first, or null when there is no web socket. */
const socketGreeting = `const done = arguments[0];
const socket = new WebSocket("wss://" + location.host + "/socket.io/?EIO=4&transport=websocket");
socket.onmessage = ({ data }) => { done(data); socket.close(); };
socket.onerror = () => done(null);`;

/** Everything that has to be true once all applications are deployed, wherever they are. @returns what people left */
export async function works(scene: Scene, operator: Operator, place: string): Promise<Visit> {
  const { lab, nameServer } = scene;
  const { domain } = operator;

  await lab.subtest(
    `${place}: every application answers under its name, with a certificate, found by its DNS record`,
    async () => {
      for (const host of hostsOf(operator)) {
        assert.equal((await nameServer.lookup(host)).length, 1, `${host} is in DNS`);
        // Whatever it answers, the certificate was accepted before.
        await fetchText(scene, `https://${host}/`, ["--output", "/dev/null", "--no-fail-with-body"]);
      }
      for (const application of Object.keys(everything)) {
        assert.equal(await titleOf(scene, operator, application), everything[application]?.["title"], application);
        const account = `acct:ada@${application}.${domain}`;
        const found: unknown = JSON.parse(
          await fetchText(scene, `https://${application}.${domain}/.well-known/webfinger?resource=${account}`),
        );
        assert.ok(isObject(found) && found["subject"] === account, `${account} is found`);
      }
      const headers = await fetchText(scene, `https://mastodon.${domain}/about`, ["--head", "--no-fail-with-body"]);
      assert.match(headers, /^strict-transport-security: max-age=31536000/im);
    },
  );

  let visited: Visit | undefined;
  await lab.subtest(
    `${place}: the initial user signs in to each, and what is uploaded is served from its media host`,
    async () => {
      visited = await visitAll(scene, operator, place);
      for (const url of [visited.avatar, visited.photo, visited.video])
        await fetchText(scene, url, ["--output", "/dev/null"]);
    },
  );

  await lab.subtest(`${place}: web sockets reach PeerTube, and Mastodon's streaming`, async () => {
    const { driver } = scene.browser;
    await visit(driver, `https://peertube.${domain}/`);
    const greeting = await driver.executeAsyncScript<string | null>(socketGreeting);
    assert.match(greeting ?? "nothing", /^0\{"sid":/, "Engine.IO's first words");
    const streaming = `https://mastodon.${domain}/api/v1/streaming`;
    assert.equal(await fetchText(scene, `${streaming}/health`), "OK");
    // It asks who it is, which it does of web sockets alone: RFC 6455, section 4.1.
    const upgrade = ["Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13"];
    const headers = [...upgrade, "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="].flatMap((one) => ["--header", one]);
    const write = ["--no-fail-with-body", "--http1.1", "--output", "/dev/null", "--write-out", "%{http_code}"];
    assert.equal(await fetchText(scene, streaming, [...write, ...headers]), "401");
  });

  await lab.subtest(`${place}: mails go out, from each application`, async () => {
    await askForMails(scene, operator);
    // Mastodon welcomes a new user, and tries again when its mail server was down.
    const senders = ["mastodon", "peertube", "pixelfed"];
    let missing: readonly string[] = senders;
    const look = async (): Promise<true | undefined> => {
      const text = await scene.mail.messages();
      const sent = (from: string): boolean => text.includes(`X-MailFrom: ${from}@${domain}\nX-RcptTo: ada@${domain}\n`);
      missing = senders.filter((from) => !sent(from));
      return missing.length === 0 ? true : undefined;
    };
    const arrived = await until(look, { timeout: 30_000, interval: 200 });
    assert.ok(arrived, `no mail has come from ${missing.join(", ")}`);
  });

  if (visited === undefined) throw new Error("nobody could visit the applications");
  return visited;
}
