import assert from "node:assert/strict";
import { Secret, TOTP } from "otpauth";
import { By } from "selenium-webdriver";
import { Command } from "selenium-webdriver/lib/command.js";
import { until } from "../../src/providers/local-machine/until.ts";
import { textOf, visit } from "../driver/browser-page.ts";
import { fill, goOnWith, waitFor } from "../cli/people/page.ts";
import { ada, signIn, signInByPasskey } from "./people.ts";
import type { Scene } from "./scene.ts";
import { called, lookAtScreen, reads } from "./screens.ts";

/** Milliseconds for which a code is shown: RFC 6238, section 5.2. */
const step = 30_000;

/** The code that an authenticator application shows at some time. */
const codeAt = (secret: string, time: number): string =>
  new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: time });

/** An operator makes signing in safer: by codes of a telephone, and by a passkey. */
export async function secondFactor(scene: Scene): Promise<void> {
  const { lab, browser, panel } = scene;
  const { driver } = browser;
  let recovery: readonly string[] = [];

  await lab.subtest("a second factor is switched on, and asked for at the next sign-in", async () => {
    await visit(driver, `${panel.origin}/profile/security`);
    await lookAtScreen(scene, "security");
    await goOnWith(driver, called("Set up"));
    await lookAtScreen(scene, "authenticator");
    const secret = (await driver.findElement(By.css("main dl code")).getText()).replaceAll(" ", "");
    // The step before is still taken, which leaves the present one for signing in; so this one must not end meanwhile.
    await until(() => Promise.resolve(Date.now() % step < 0.7 * step || undefined), { timeout: step });
    await fill(driver, "code", codeAt(secret, Date.now() - step));
    await goOnWith(driver, called("Switch on"));
    await reads(scene, "The authenticator application is switched on.");
    const codes = await driver.findElements(By.css("main ol code"));
    recovery = await Promise.all(codes.map((code) => code.getText()));
    await signIn(scene, ada);
    assert.doesNotMatch(await textOf(driver), /Nothing runs here yet/);
    await visit(driver, `${panel.origin}/`);
    assert.match(await driver.getCurrentUrl(), /\/sign-in/, "the password alone is not enough");
    await signIn(scene, ada);
    await fill(driver, "code", codeAt(secret, Date.now()));
    await goOnWith(driver, called("Continue"));
    await reads(scene, "Nothing runs here yet.");
  });

  await lab.subtest("a recovery code replaces the device, once", async () => {
    const [first = "", second = ""] = recovery;
    const enter = async (code: string): Promise<void> => {
      await fill(driver, "code", code);
      await goOnWith(driver, called("Continue"));
    };
    await signIn(scene, ada);
    await enter(first);
    await reads(scene, "Nothing runs here yet.");
    await signIn(scene, ada);
    await enter(first);
    await reads(scene, "This code is wrong or was used already.");
    await visit(driver, `${panel.origin}/`);
    assert.match(await driver.getCurrentUrl(), /\/sign-in/);
    await signIn(scene, ada);
    await enter(second);
    await reads(scene, "Nothing runs here yet.");
  });
}

/** A passkey of the browser's computer replaces password and code. */
export async function passkey(scene: Scene): Promise<void> {
  const { lab, browser, panel } = scene;
  const { driver } = browser;

  await lab.subtest("a passkey is made, and replaces password and code", async () => {
    // https://www.w3.org/TR/webauthn-3/#sctn-automation-add-virtual-authenticator
    const device = { protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true };
    await driver.execute(
      new Command("addVirtualAuthenticator").setParameters({ ...device, isUserConsenting: true, isUserVerified: true }),
    );
    await visit(driver, `${panel.origin}/profile/security`);
    await fill(driver, "passkey-name", "work laptop");
    await driver.findElement(called("Add a passkey")).click();
    await reads(scene, "The passkey is added.");
    await signInByPasskey(scene);
    await waitFor(driver, "be at home", async () =>
      (await textOf(driver)).includes("Nothing runs here yet.") ? true : undefined,
    );
  });
}
