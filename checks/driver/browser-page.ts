import type { WebDriver } from "selenium-webdriver";
import { Failure } from "../../src/model/failure.ts";

/** Gives what a person can read on the page: nothing between two pages, when there is no body yet. */
export function textOf(driver: WebDriver): Promise<string> {
  // In one step: an element that was found could be gone with its page before it is read.
  return driver.executeScript<string>("return document.body?.innerText ?? ''");
}

/** Takes credentials out of an address. */
export function withoutCredentials(address: string): string {
  return address.replace(/^([a-z]+:\/\/)[^/?#]*@/, "$1");
}

/**
 * Opens an address. The browser shows a page of its own when it does not trust or reach the other side, which the driver
 * takes for a page like any other.
 * @throws Failure `check-page`
 */
export async function visit(driver: WebDriver, address: string): Promise<void> {
  const attempted = "open a page";
  const subject = withoutCredentials(address);
  const next = "Look at the certificate, the name server and the web server.";
  try {
    await driver.get(address);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const found = /net::\w+/.exec(message)?.[0];
    if (found === undefined) throw error;
    throw new Failure({ code: "check-page", attempted, subject, found, next }, { cause: error });
  }
  if (!(await driver.executeScript<string>("return document.documentURI")).startsWith("chrome-error:")) return;
  const text = await textOf(driver);
  const found =
    /\b(?:net::)?ERR_\w+/i.exec(text)?.[0] ?? "the browser shows a page of its own, as after a refused HTTP login";
  throw new Failure({ code: "check-page", attempted, subject, found, next, details: text.split("\n").slice(0, 6) });
}
