import assert from "node:assert/strict";
import { isObject } from "../../src/model/json.ts";
import { until } from "../../src/providers/local-machine/until.ts";
import type { Operator } from "./deployer.ts";
import { visitAll, type Visit } from "./people.ts";
import { askForMails } from "./people/ask-for-mails.ts";
import type { Scene } from "./scene.ts";
import { everything } from "./applications.ts";
import { fetchText, hostsOf, titleOf } from "./web.ts";

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

  let visit: Visit | undefined;
  await lab.subtest(
    `${place}: the initial user signs in to each, and what is uploaded is served from its media host`,
    async () => {
      visit = await visitAll(scene, operator, place);
      for (const url of [visit.avatar, visit.photo, visit.video])
        await fetchText(scene, url, ["--output", "/dev/null"]);
    },
  );

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

  if (visit === undefined) throw new Error("nobody could visit the applications");
  return visit;
}
