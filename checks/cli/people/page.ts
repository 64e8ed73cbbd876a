import { By, error, type WebDriver, type WebElement } from "selenium-webdriver";
import { Failure } from "../../../src/model/failure.ts";
import { textOf } from "../../driver/browser-page.ts";

const patience = 30_000;

/** The failure of a person who does not get on, with what stands on the page. */
export async function stuck(driver: WebDriver, attempted: string, found: string): Promise<Failure> {
  const [url, text] = await Promise.all([driver.getCurrentUrl(), textOf(driver)]).catch(() => ["?", ""] as const);
  return new Failure({
    code: "check-page",
    attempted,
    // Credentials may stand in an address.
    subject: url.replace(/\/\/[^/@]*@/, "//"),
    found,
    next: "Read what the page says.",
    details: text
      .split("\n")
      .filter((line) => line.trim() !== "")
      .slice(0, 12),
  });
}

/**
 * Waits until a look at the page gives something.
 * @param attempted what the person wants, as a clause
 * @param timeout milliseconds; 30,000 when not given
 * @throws Failure `check-page`
 */
export async function waitFor<T>(
  driver: WebDriver,
  attempted: string,
  look: () => Promise<T>,
  timeout: number = patience,
): Promise<NonNullable<T>> {
  const lookAgain = async (): Promise<T | undefined> => {
    try {
      return await look();
    } catch (thrown) {
      // The page has just changed under the person's eyes.
      if (thrown instanceof error.StaleElementReferenceError) return undefined;
      throw thrown;
    }
  };
  try {
    return (await driver.wait(lookAgain, timeout, attempted, 100)) as NonNullable<T>;
  } catch (thrown) {
    if (!(thrown instanceof error.TimeoutError)) throw thrown;
    throw await stuck(driver, attempted, `not so after ${String(timeout / 1000)} s`);
  }
}

/** Finds what may be there. */
export async function findIfThere(driver: WebDriver, locator: By): Promise<WebElement | undefined> {
  return (await driver.findElements(locator))[0];
}

/** Writes into a field, in place of what is there. */
export async function fill(driver: WebDriver, id: string, text: string): Promise<void> {
  const field = await waitFor(driver, `find the field ${id}`, () => findIfThere(driver, By.id(id)));
  await field.clear();
  await field.sendKeys(text);
}

/** Presses a button that leads to another page, and waits until that page is there. */
export async function goOnWith(driver: WebDriver, button: By): Promise<void> {
  const page = await driver.findElement(By.css("html"));
  await waitFor(driver, "find the button", () => findIfThere(driver, button)).then((found) => found.click());
  await waitFor(driver, "get another page", async () => (await isGone(page)) || undefined);
  await waitFor(driver, "have the whole page", async () => {
    const state = await driver.executeScript<string>("return document.readyState");
    return state === "complete" || undefined;
  });
}

async function isGone(element: WebElement): Promise<boolean> {
  try {
    await element.isEnabled();
    return false;
  } catch (thrown) {
    if (thrown instanceof error.StaleElementReferenceError) return true;
    throw thrown;
  }
}

/** The path of the page's address. */
export async function pathOf(driver: WebDriver): Promise<string> {
  return new URL(await driver.getCurrentUrl()).pathname;
}

// A picture that cannot be had has a width of 0, once the browser has given up.
const pictureState = `const [image] = arguments;
return !image.complete ? "loading" : image.naturalWidth > 0 ? "shown" : "broken";`;

/**
 * Waits until a picture is shown, and gives its address.
 * @throws Failure `check-page`, when the browser cannot load the picture
 */
export async function shownPicture(driver: WebDriver, locator: By): Promise<string> {
  const image = await waitFor(driver, "see the picture", () => findIfThere(driver, locator));
  const source = (await image.getAttribute("src")) ?? "";
  const state = await waitFor(driver, `see the picture ${source}`, async () => {
    const now = await driver.executeScript<string>(pictureState, image);
    return now === "loading" ? undefined : now;
  });
  if (state === "broken") throw await stuck(driver, "see the picture", `the browser cannot load ${source}`);
  return source;
}
