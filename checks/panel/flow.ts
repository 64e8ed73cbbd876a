import assert from "node:assert/strict";
import { By } from "selenium-webdriver";
import { textOf, visit } from "../driver/browser-page.ts";
import { fill, goOnWith, waitFor } from "../cli/people/page.ts";
import { signInSnac } from "../cli/people/sign-in.ts";
import { acceptInvitation, ada, configure, inviteOperator, provider } from "./people.ts";
import { keyboardOf } from "./keyboard.ts";
import type { Scene } from "./scene.ts";
import { passkey, secondFactor } from "./second-factor.ts";
import { called, lookAtScreen, reads } from "./screens.ts";

/** From the first start to an application that somebody uses, changes and removes. */
export async function flow(scene: Scene): Promise<void> {
  const { lab, browser, panel, targets, nameServer } = scene;
  const { driver } = browser;

  await lab.subtest(
    "the hosting provider sets the panel up by a link that works once",
    async () => {
      const link = await panel.setUpLink();
      assert.notEqual(link, "");
      await visit(driver, link);
      await lookAtScreen(scene, "set up");
      await acceptInvitation(scene, link, provider);
      await visit(driver, `${panel.origin}/provider`);
      await lookAtScreen(scene, "provider overview");
      await visit(driver, link);
      assert.doesNotMatch(await textOf(driver), /Password/);
    },
    { stop: true },
  );

  await lab.subtest(
    "an operator is invited, and accepts",
    async () => {
      const link = await inviteOperator(scene, "Ada's services", ada);
      await acceptInvitation(scene, link, ada);
      await visit(driver, `${panel.origin}/`);
      await reads(scene, "Nothing runs here yet.");
      await lookAtScreen(scene, "empty home");
    },
    { stop: true },
  );

  await secondFactor(scene);
  await passkey(scene);

  await lab.subtest("a wrong delegation is explained before anything is deployed", async () => {
    await goOnWith(driver, called("Add application"));
    await lookAtScreen(scene, "catalogue");
    await goOnWith(driver, called("Configure snac"));
    await lookAtScreen(scene, "configure");
    await driver.findElement(By.css("[name=place][value=own]")).click();
    await fill(driver, "domain", "example.net");
    await reads(scene, "example.net is delegated to other name servers: ns.example.net.");
    await visit(driver, `${panel.origin}/`);
  });

  await lab.subtest(
    "snac is configured, reviewed and deployed",
    async () => {
      await configure(scene, {
        application: "snac",
        title: "Ada's place",
        domain: "example.org",
        environment: "first",
      });
      await reads(scene, "example.org is delegated to your hosting provider's name servers.");
      await lookAtScreen(scene, "review");
      const button = await driver.findElement(called("Deploy"));
      await driver.actions().doubleClick(button).perform();
      await reads(scene, "The machine");
      await lookAtScreen(scene, "deploying");
      await reads(scene, "Everything is deployed and healthy.", 180_000);
      await lookAtScreen(scene, "ready");
    },
    { stop: true },
  );

  await lab.subtest("two clicks on Deploy made one deployment", async () => {
    const ready = await driver.getCurrentUrl();
    await visit(driver, `${panel.origin}/`);
    await goOnWith(driver, called("Ada's place"));
    await goOnWith(driver, called("Deployments"));
    assert.equal((await driver.findElements(By.css("main a[href*='/deployments/']"))).length, 1);
    await visit(driver, ready);
  });

  await lab.subtest("the shown account signs in to the application", async () => {
    await goOnWith(driver, called("Show the password once"));
    const password = await driver.findElement(By.id("password")).getText();
    const deployment = await driver.getCurrentUrl();
    await signInSnac(driver, { url: "https://snac.example.org", username: "ada", password });
    await visit(driver, deployment.replace(/\/password$/, ""));
    assert.ok(!(await textOf(driver)).includes(password), "the password is shown again");
    assert.ok(!(await panel.journal()).includes(password), "the password is in the journal");
  });

  await lab.subtest(
    "a title is changed with the keyboard alone: a visible difference, and then what visitors see",
    async () => {
      const keyboard = keyboardOf(scene);
      await visit(driver, `${panel.origin}/sign-in`);
      await driver.manage().deleteAllCookies();
      await visit(driver, `${panel.origin}/sign-in`);
      await keyboard.follow("Sign in with a passkey");
      await lookAtScreen(scene, "home");
      await keyboard.follow("Ada's place");
      await lookAtScreen(scene, "application");
      await keyboard.follow("Settings");
      await keyboard.reach("applications.snac.title");
      await keyboard.type("A place for all");
      await keyboard.follow("Save, then review");
      await reads(scene, "A place for all");
      await lookAtScreen(scene, "difference");
      await keyboard.follow("Deploy");
      await reads(scene, "Everything is deployed and healthy.", 180_000);
      await visit(driver, "https://snac.example.org/api/v1/instance");
      await reads(scene, "A place for all");
    },
  );

  await lab.subtest(
    "an application is removed, after its name was typed; its record and its web address are gone",
    async () => {
      await visit(driver, `${panel.origin}/`);
      await goOnWith(driver, called("A place for all"));
      await goOnWith(driver, called("Removal"));
      await lookAtScreen(scene, "removal");
      await fill(driver, "confirmation", "snac");
      await goOnWith(driver, called("Remove"));
      await reads(scene, "Everything is deployed and healthy.", 120_000);
      assert.deepEqual(await nameServer.lookup("snac.example.org"), []);
      await targets.first.fail(["systemctl", "is-active", "snac.service"]);
      await waitFor(driver, "see an empty home", async () => {
        await visit(driver, `${panel.origin}/`);
        return (await textOf(driver)).includes("Nothing runs here yet.") ? true : undefined;
      });
    },
  );
}
