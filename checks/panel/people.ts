import { By } from "selenium-webdriver";
import { visit } from "../driver/browser-page.ts";
import { fill, goOnWith, waitFor, findIfThere } from "../cli/people/page.ts";
import type { Scene } from "./scene.ts";
import { called, reads } from "./screens.ts";

/** Somebody at the browser. */
export interface Person {
  readonly name: string;
  readonly email: string;
  readonly password: string;
}

export const provider: Person = {
  name: "Grace",
  email: "grace@hosting.example",
  password: "a hosting provider's secret",
};
export const ada: Person = { name: "Ada Lovelace", email: "ada@example.org", password: "an operator's long secret" };
export const bob: Person = { name: "Bob", email: "bob@example.net", password: "another operator's secret" };

/** Makes an account by the link of an invitation; without an e-mail address in it, the person's own is asked for. */
export async function acceptInvitation({ browser }: Scene, link: string, person: Person): Promise<void> {
  const { driver } = browser;
  await driver.manage().deleteAllCookies();
  await visit(driver, link);
  await fill(driver, "name", person.name);
  if ((await findIfThere(driver, By.id("email"))) !== undefined) await fill(driver, "email", person.email);
  await fill(driver, "password", person.password);
  await goOnWith(driver, By.css("main button[type=submit]"));
}

/** Signs in with e-mail address and password, as another person than before. */
export async function signIn({ browser, panel }: Scene, person: Person): Promise<void> {
  const { driver } = browser;
  await visit(driver, `${panel.origin}/sign-in`);
  await driver.manage().deleteAllCookies();
  await visit(driver, `${panel.origin}/sign-in`);
  await fill(driver, "email", person.email);
  await fill(driver, "password", person.password);
  await goOnWith(driver, By.css("main form[action='/sign-in'] button[type=submit]"));
}

/** Signs in with the passkey that the browser's computer has, which takes neither name nor password. */
export async function signInByPasskey({ browser, panel }: Scene): Promise<void> {
  const { driver } = browser;
  await visit(driver, `${panel.origin}/sign-in`);
  await driver.manage().deleteAllCookies();
  await visit(driver, `${panel.origin}/sign-in`);
  await goOnWith(driver, called("Sign in with a passkey"));
}

/** The hosting provider makes an operator and gets the link for its owner. */
export async function inviteOperator(scene: Scene, name: string, owner: Person): Promise<string> {
  const { driver } = scene.browser;
  await visit(driver, `${scene.panel.origin}/provider/operators/new`);
  await fill(driver, "name", name);
  await fill(driver, "email", owner.email);
  await goOnWith(driver, By.css("main form[action='/provider/operators'][method=post] button[type=submit]"));
  const text = await waitFor(driver, "see the link", async () => {
    const body = await driver.findElement(By.css("main")).getText();
    const value = await driver.executeScript<string>(
      "return [...document.querySelectorAll('main input')].map(({ value }) => value).join(' ')",
    );
    return /https:\/\/\S+\/invitations\/[\w-]+/.exec(`${body} ${value}`)?.[0];
  });
  return text;
}

/** What an operator answers in the form of a new application. */
export interface Answers {
  readonly application: string;
  readonly title: string;
  /** Where it is new: the domain and the rack. */
  readonly domain?: string;
  readonly environment?: string;
}

/** Adds an application up to the review. */
export async function configure(scene: Scene, { application, title, domain, environment }: Answers): Promise<void> {
  const { driver } = scene.browser;
  await goOnWith(driver, called("Add application"));
  await goOnWith(driver, By.css(`main a[href$='/add/${application}']`));
  if (domain !== undefined) {
    await driver.findElement(By.css("[name=place][value=own]")).click();
    await fill(driver, "domain", domain);
    await fill(driver, "initialUser.username", "ada");
    if (environment !== undefined) await driver.findElement(By.css(`[name=environment][value=${environment}]`)).click();
  }
  await fill(driver, `applications.${application}.title`, title);
  await goOnWith(driver, called("Continue to review"));
}

/** Deploys what is reviewed, wherever the domain leads, and waits for the end. */
export async function deploy(scene: Scene, end = "Everything is deployed and healthy."): Promise<void> {
  for (const despite of await scene.browser.driver.findElements(By.id("despite-delegation"))) await despite.click();
  await goOnWith(scene.browser.driver, called("Deploy"));
  await reads(scene, end, 180_000);
}
