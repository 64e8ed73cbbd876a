import assert from "node:assert/strict";
import axe from "axe-core";
import { By } from "selenium-webdriver";
import { textOf } from "../driver/browser-page.ts";
import { waitFor } from "../cli/people/page.ts";
import type { Scene } from "./scene.ts";

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

/** Looks at the screen as somebody who depends on its accessibility: WCAG 2.2 AA, as far as axe can tell. */
export async function isAccessible({ browser }: Scene): Promise<void> {
  const { driver } = browser;
  await driver.executeScript(axe.source);
  const violations = await driver.executeAsyncScript<readonly Violation[]>(
    `const done = arguments[arguments.length - 1];
     axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] })
       .then(({ violations }) => done(violations));`,
  );
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(" | ")}`);
  assert.deepEqual(found, [], await driver.getCurrentUrl());
  const overflow = await driver.executeScript<number>(
    "return document.documentElement.scrollWidth - document.documentElement.clientWidth",
  );
  assert.ok(overflow <= 0, `the page is ${String(overflow)} pixels too wide: ${await driver.getCurrentUrl()}`);
}

/** Takes pictures of a screen, wide, narrow and in the dark, and looks whether it is accessible in each. */
export async function lookAtScreen(scene: Scene, name: string): Promise<void> {
  const { driver, screenshot } = scene.browser;
  const see = async (suffix: string, width: number, height: number): Promise<void> => {
    await driver.manage().window().setRect({ width, height });
    await isAccessible(scene);
    await screenshot(`${name} ${suffix}`);
  };
  await see("narrow", 500, 1000);
  await see("wide", 1280, 900);
}

/** Waits until a text can be read on the page. */
export async function reads(scene: Scene, text: string, timeout = 90_000): Promise<void> {
  const { driver } = scene.browser;
  await waitFor(
    driver,
    `read "${text}"`,
    async () => ((await textOf(driver)).includes(text) ? true : undefined),
    timeout,
  );
}

/** The link or button with exactly this text. */
export function called(text: string): By {
  const quoted = text.includes("'") ? `"${text}"` : `'${text}'`;
  return By.xpath(`//*[self::a or self::button or self::summary][normalize-space()=${quoted}]`);
}
