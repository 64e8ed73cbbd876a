import { By, error, type WebDriver, type WebElement } from "selenium-webdriver";
import { Failure } from "../../../src/model/failure.ts";
import { textOf, withoutCredentials } from "../../driver/browser-page.ts";

const patience = 30_000;

/** Whether the page was replaced while it was looked at. */
function hasPageChanged(thrown: unknown): boolean {
  if (thrown instanceof error.StaleElementReferenceError) return true;
  // chromedriver's own words for the same, when it was in the middle of it.
  return (
    thrown instanceof error.WebDriverError &&
    /not belong to the document|execution context|aborted by navigation/i.test(thrown.message)
  );
}

/** The failure of a person who does not get on, with what stands on the page. */
export async function stuck(driver: WebDriver, attempted: string, found: string): Promise<Failure> {
  const [url, text] = await Promise.all([driver.getCurrentUrl(), textOf(driver)]).catch(() => ["?", ""] as const);
  return new Failure({
    code: "check-page",
    attempted,
    subject: withoutCredentials(url),
    found,
    next: "Read what the page says.",
    details: text
      .split("\n")
      .filter((line) => line.trim() !== "")
      .slice(0, 12),
  });
}

/**
 * Waits until a look at the page gives something else than undefined or null.
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
  // In an array, for the driver takes an empty text or 0 for nothing.
  const lookAgain = async (): Promise<[NonNullable<T>] | undefined> => {
    try {
      const seen = await look();
      return seen === undefined || seen === null ? undefined : [seen];
    } catch (thrown) {
      if (hasPageChanged(thrown)) return undefined;
      throw thrown;
    }
  };
  try {
    const [seen] = (await driver.wait(lookAgain, timeout, attempted, 100)) as [NonNullable<T>];
    return seen;
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

// Every document has a beginning of its own.
const document = "return document.readyState === 'complete' ? performance.timeOrigin : null";

/** Presses a button that leads to another page, and waits until that page is there. */
export async function goOnWith(driver: WebDriver, button: By): Promise<void> {
  const before = await driver.executeScript<number | null>(document);
  const found = await waitFor(driver, "find the button", () => findIfThere(driver, button));
  await found.click();
  await waitFor(driver, "get another page", async () => {
    const now = await driver.executeScript<number | null>(document);
    return now === before ? undefined : now;
  });
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
