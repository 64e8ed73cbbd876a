import { By, type WebDriver } from "selenium-webdriver";
import { visit } from "../../driver/browser-page.ts";
import { fill, findIfThere, goOnWith, pathOf, stuck, waitFor } from "./page.ts";

/** What a person knows of an account. */
export interface Credentials {
  /** Where the application is: `https://social.example.org`. */
  readonly url: string;
  readonly email: string;
  readonly password: string;
}

/** Reads what a page answers to a form that it did not accept. */
async function complaint(driver: WebDriver, locator: By): Promise<string> {
  const element = (await findIfThere(driver, locator)) ?? (await findIfThere(driver, By.css("h1")));
  return element === undefined ? "the page does not say why" : element.getText();
}

/** Signs in to Mastodon. A person who is signed in stays so. @throws Failure `check-page` */
export async function signInMastodon(driver: WebDriver, { url, email, password }: Credentials): Promise<void> {
  const attempted = `sign in to Mastodon as ${email}`;
  await visit(driver, new URL("/auth/sign_in", url).href);
  if (!(await pathOf(driver)).startsWith("/auth/")) return;
  await fill(driver, "user_email", email);
  await fill(driver, "user_password", password);
  await goOnWith(driver, By.css("#new_user [type=submit]"));
  if (!(await pathOf(driver)).startsWith("/auth/")) return;
  throw await stuck(driver, attempted, await complaint(driver, By.css(".flash-message")));
}

/** Signs in to Pixelfed. A person who is signed in stays so. @throws Failure `check-page` */
export async function signInPixelfed(driver: WebDriver, { url, email, password }: Credentials): Promise<void> {
  const attempted = `sign in to Pixelfed as ${email}`;
  await visit(driver, new URL("/login", url).href);
  // Pixelfed's double shows the form also to who is signed in.
  if ((await pathOf(driver)) !== "/login") return;
  await fill(driver, "email", email);
  await fill(driver, "password", password);
  await goOnWith(driver, By.css("form[action$='/login'] [type=submit]"));
  if ((await pathOf(driver)) !== "/login") return;
  throw await stuck(driver, attempted, await complaint(driver, By.css(".alert-danger, .invalid-feedback")));
}

/** Signs in to PeerTube, with the user's name or e-mail address. @throws Failure `check-page` */
export async function signInPeertube(
  driver: WebDriver,
  { url, username, password }: Omit<Credentials, "email"> & { readonly username: string },
): Promise<void> {
  const attempted = `sign in to PeerTube as ${username}`;
  await visit(driver, new URL("/login", url).href);
  await fill(driver, "username", username);
  await fill(driver, "password", password);
  // Angular allows the button when it has taken note of both fields.
  const button = await waitFor(driver, attempted, () => findIfThere(driver, By.css("form [type=submit]:enabled")));
  await button.click();
  const answer = await waitFor(driver, attempted, async () => {
    const refusal = await findIfThere(driver, By.css(".alert-danger"));
    const said = refusal ?? (await findIfThere(driver, By.css("output")));
    const text = said === undefined ? "" : await said.getText();
    if (refusal !== undefined || text.startsWith("Error")) return { refused: text };
    const token = await driver.executeScript<string | null>("return localStorage.getItem('access_token')");
    return token !== null && (said === undefined || text.startsWith("Signed in")) ? { refused: undefined } : undefined;
  });
  if (answer.refused !== undefined) throw await stuck(driver, attempted, answer.refused);
}

/**
 * Signs in to snac, which asks for a name and a password as HTTP does (Basic).
 * @throws Failure `check-page`
 */
export async function signInSnac(
  driver: WebDriver,
  { url, username, password }: Omit<Credentials, "email"> & { readonly username: string },
): Promise<void> {
  const address = new URL(`${url.replace(/\/$/, "")}/${username}/admin`);
  address.username = encodeURIComponent(username);
  address.password = encodeURIComponent(password);
  await visit(driver, address.href);
  const form = await findIfThere(driver, By.css("form[action*='/admin/note']"));
  if (form === undefined) {
    throw await stuck(driver, `sign in to snac as ${username}`, "the page is not the one for writing");
  }
}
