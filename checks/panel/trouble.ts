import assert from "node:assert/strict";
import { textOf, visit } from "../driver/browser-page.ts";
import { fill, goOnWith } from "../cli/people/page.ts";
import {
  acceptInvitation,
  bob,
  configure,
  deploy,
  inviteOperator,
  provider,
  signIn,
  signInByPasskey,
} from "./people.ts";
import type { Scene } from "./scene.ts";
import { called, lookAtScreen, reads } from "./screens.ts";

/** What goes wrong, and what operators may not see of each other. */
export async function trouble(scene: Scene): Promise<void> {
  const { lab, browser, panel, targets } = scene;
  const { driver } = browser;
  let deployment = "";

  await lab.subtest("the panel is killed while it deploys, and the deployment is finished all the same", async () => {
    await signInByPasskey(scene);
    await visit(driver, `${panel.origin}/`);
    await configure(scene, { application: "snac", title: "Still here" });
    await goOnWith(driver, called("Deploy"));
    deployment = await driver.getCurrentUrl();
    await reads(scene, "The machine");
    // Closed, so that nothing but the panel itself goes on with it.
    await visit(driver, "about:blank");
    await panel.kill();
    await visit(driver, deployment);
    await reads(scene, "Everything is deployed and healthy.", 120_000);
    await visit(driver, "https://snac.example.org/api/v1/instance");
    await reads(scene, "Still here");
  });

  await lab.subtest("a second operator sees nothing of the first", async () => {
    await signIn(scene, provider);
    const link = await inviteOperator(scene, "Bob's services", bob);
    await acceptInvitation(scene, link, bob);
    await visit(driver, `${panel.origin}/`);
    await reads(scene, "Nothing runs here yet.");
    assert.doesNotMatch(await textOf(driver), /example\.org/);
    await visit(driver, deployment);
    await reads(scene, "Nothing here");
  });

  await lab.subtest("a deployment that fails says what failed, what was undone and what to do", async () => {
    await targets.second.writeFile("/etc/systemd/system/squatter.socket", "[Socket]\nListenStream=443\nAccept=yes\n");
    await targets.second.writeFile(
      "/etc/systemd/system/squatter@.service",
      "[Service]\nExecStart=cat\nStandardInput=socket\n",
    );
    await targets.second.succeed(["systemctl", "start", "squatter.socket"]);
    await visit(driver, `${panel.origin}/`);
    await configure(scene, { application: "snac", title: "Bob's", domain: "example.net", environment: "second" });
    await deploy(scene, "It did not work.");
    await lookAtScreen(scene, "failed");
    await reads(scene, "What to do", 10_000);
    await reads(scene, "443", 10_000);
    await targets.second.succeed(["systemctl", "stop", "squatter.socket"]);
    await goOnWith(driver, called("Review and deploy again"));
    await deploy(scene);
  });

  await lab.subtest("the hosting provider sees all deployments, and nothing of what is in them", async () => {
    await signIn(scene, provider);
    await visit(driver, `${panel.origin}/provider/deployments`);
    await reads(scene, "example.org");
    await reads(scene, "example.net");
    await lookAtScreen(scene, "provider deployments");
    for (const page of ["environments", "catalogue", "operators", "audit", "staff"]) {
      await visit(driver, `${panel.origin}/provider/${page}`);
      await lookAtScreen(scene, `provider ${page}`);
    }
  });

  await lab.subtest("the rest is removed", async () => {
    await signInByPasskey(scene);
    await visit(driver, `${panel.origin}/`);
    await goOnWith(driver, called("Still here"));
    await goOnWith(driver, called("Removal"));
    await driver.findElement({ css: "[name=data][value=purge]" }).click();
    await fill(driver, "confirmation", "snac");
    await goOnWith(driver, called("Remove"));
    await reads(scene, "Everything is deployed and healthy.", 120_000);
    await targets.first.fail(["test", "-e", "/srv/fediversity"]);
  });
}
