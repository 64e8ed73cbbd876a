import assert from "node:assert/strict";
import { By } from "selenium-webdriver";
import { visit } from "../driver/browser-page.ts";
import { fill, goOnWith } from "../cli/people/page.ts";
import { signInMastodon, signInPeertube, signInPixelfed, signInSnac } from "../cli/people/sign-in.ts";
import { acceptInvitation, ada, configure, inviteOperator, provider } from "./people.ts";
import type { Scene } from "./scene.ts";
import { called, lookAtScreen, reads } from "./screens.ts";

const titles = { snac: "Notes", mastodon: "Toots", peertube: "Videos", pixelfed: "Pictures" } as const;
const url = (application: string): string => `https://${application}.example.org`;

/** All applications together, by a panel that keeps everything on a PostgreSQL server in place of the embedded database. */
export async function server(scene: Scene): Promise<void> {
  const { lab, browser, panel, deployer, targets, nameServer } = scene;
  const { driver } = browser;

  await lab.subtest(
    "with a PostgreSQL server, which is restarted in the middle: all applications in one deployment",
    async () => {
      await panel.moveToServer();
      await acceptInvitation(scene, await panel.setUpLink(), provider);
      await acceptInvitation(scene, await inviteOperator(scene, "Ada's services", ada), ada);
      for (const [application, title] of Object.entries(titles)) {
        await visit(driver, `${panel.origin}/`);
        const place = application === "snac" ? { domain: "example.org", environment: "first" } : {};
        await configure(scene, { application, title, ...place });
      }
      await lookAtScreen(scene, "review of all");
      await goOnWith(driver, called("Deploy"));
      await deployer.succeed(["systemctl", "restart", "postgresql.service"]);
      await reads(scene, "Everything is deployed and healthy.", 300_000);
      await lookAtScreen(scene, "ready with all");
    },
    { stop: true },
  );

  await lab.subtest("the shown account signs in to each of them", async () => {
    await goOnWith(driver, called("Show the password once"));
    const password = await driver.findElement(By.id("password")).getText();
    const email = ada.email;
    await signInSnac(driver, { url: url("snac"), username: "ada", password });
    await signInMastodon(driver, { url: url("mastodon"), email, password });
    await signInPixelfed(driver, { url: url("pixelfed"), email, password });
    await signInPeertube(driver, { url: url("peertube"), username: "ada", password });
    await visit(driver, `${panel.origin}/`);
    await lookAtScreen(scene, "home with all");
  });

  await lab.subtest("one of them is removed, and the others live on", async () => {
    const startOf = (): Promise<string> =>
      targets.first.succeed(["systemctl", "show", "--property=ActiveEnterTimestampMonotonic", "snac.service"]);
    const before = await startOf();
    await visit(driver, `${panel.origin}/`);
    await goOnWith(driver, called(titles.pixelfed));
    await goOnWith(driver, called("Removal"));
    await fill(driver, "confirmation", "pixelfed");
    await goOnWith(driver, called("Remove"));
    await reads(scene, "Everything is deployed and healthy.", 120_000);
    assert.deepEqual(await nameServer.lookup("pixelfed.example.org"), []);
    await targets.first.fail("podman ps --format '{{.Names}}' | grep pixelfed");
    assert.equal(await startOf(), before, "snac was restarted");
    for (const [application, title] of [
      ["snac", titles.snac],
      ["mastodon", titles.mastodon],
    ] as const) {
      await visit(driver, `${url(application)}/api/v1/instance`);
      await reads(scene, title);
    }
  });
}
