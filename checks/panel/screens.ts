import assert from "node:assert/strict";
import axe from "axe-core";
import { By } from "selenium-webdriver";
import type { Driver } from "selenium-webdriver/chrome.js";
import { textOf } from "../driver/browser-page.ts";
import { waitFor } from "../cli/people/page.ts";
import type { Scene } from "./scene.ts";

/** How somebody looks at the panel. */
interface View {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly scheme: "light" | "dark";
}

/** A telephone at night, and a computer by day: between them both colour schemes and both kinds of layout. */
const views: readonly View[] = [
  { name: "narrow", width: 320, height: 1000, scheme: "dark" },
  { name: "wide", width: 1280, height: 900, scheme: "light" },
];

/** Looks with everything unfolded, which is folded again afterwards; gives what axe finds, and what does not fit. */
const look = `
  const done = arguments[arguments.length - 1];
  const folded = [...document.querySelectorAll("details:not([open])")];
  for (const one of folded) one.open = true;
  const width = document.documentElement.clientWidth;
  const outside = [...document.querySelectorAll("body *:not(.skip)")]
    .filter((one) => one.checkVisibility())
    .filter((one) => one.getBoundingClientRect().left < -0.5 || one.getBoundingClientRect().right > width + 0.5)
    .map((one) => "outside of the window: " + one.outerHTML.slice(0, 200));
  axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] })
    .then(({ violations }) => {
      for (const one of folded) one.open = false;
      const found = violations.map(({ id, nodes }) =>
        id + ": " + nodes.map(({ html }) => html.slice(0, 200)).join(" | "));
      done([...found, ...outside]);
    });`;

/**
 * Looks at the screen as somebody who depends on its accessibility: WCAG 2.2 AA, as far as axe can tell, and nothing that
 * one has to scroll sideways for (1.4.10).
 */
async function isAccessible({ browser }: Scene, name = "as it is"): Promise<void> {
  const { driver } = browser;
  await driver.executeScript(axe.source);
  const found = await driver.executeAsyncScript<readonly string[]>(look);
  assert.deepEqual(found, [], `${name}: ${await driver.getCurrentUrl()}`);
}

/** Takes pictures of a screen, narrow in the dark and wide in the light, and looks whether it is accessible in both. */
export async function lookAtScreen(scene: Scene, name: string): Promise<void> {
  const { driver, screenshot } = scene.browser;
  const chromium = driver as Driver;
  for (const { name: view, width, height, scheme } of views) {
    // A window without a screen is at least 500 pixels wide; what is in it need not be.
    const size = { width, height, deviceScaleFactor: 1, mobile: false };
    await chromium.sendDevToolsCommand("Emulation.setDeviceMetricsOverride", size);
    const features = [{ name: "prefers-color-scheme", value: scheme }];
    await chromium.sendDevToolsCommand("Emulation.setEmulatedMedia", { features });
    await isAccessible(scene, view);
    await screenshot(`${name} ${view}`);
  }
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
