import { Key } from "selenium-webdriver";
import { waitFor } from "../cli/people/page.ts";
import type { Scene } from "./scene.ts";

/** As many as no page of the panel has. */
const mostStops = 120;

/** What has the focus: its words or its label, and whether a person sees that it has it. */
const focused = `const at = document.activeElement;
if (at === null || at === document.body) return null;
const style = getComputedStyle(at);
return {
  name: (at.labels?.[0]?.textContent ?? at.textContent ?? "").trim(),
  id: at.id,
  seen: at.matches(":focus-visible") && (style.outlineStyle !== "none" || style.boxShadow !== "none"),
};`;

interface Focus {
  readonly name: string;
  readonly id: string;
  readonly seen: boolean;
}

/** Somebody who has no mouse. */
export interface Keyboard {
  /** Presses Tab until the focus is on what is called so, or has this id. @throws Error when it is never reached, or not seen */
  readonly reach: (called: string) => Promise<void>;
  /** Types into what has the focus, in place of what is there. */
  readonly type: (text: string) => Promise<void>;
  /** Reaches a link or a button, presses Enter, and waits for the next page. */
  readonly follow: (called: string) => Promise<void>;
}

/** Gives the keyboard of the browser's computer. */
export function keyboardOf({ browser }: Scene): Keyboard {
  const { driver } = browser;
  const press = (...keys: readonly string[]): Promise<void> =>
    driver
      .actions()
      .sendKeys(...keys)
      .perform();
  const reach = async (called: string): Promise<void> => {
    const passed: string[] = [];
    for (let stop = 0; stop < mostStops; stop += 1) {
      await press(Key.TAB);
      const focus = await driver.executeScript<Focus | null>(focused);
      if (focus === null) continue;
      if (!focus.seen) throw new Error(`the focus on "${focus.name}" is not seen`);
      if (focus.id === called || focus.name === called) return;
      passed.push(focus.name);
    }
    throw new Error(`Tab never reaches "${called}", but ${[...new Set(passed)].join(", ")}`);
  };
  return {
    reach,
    async type(text) {
      await driver.actions().keyDown(Key.CONTROL).sendKeys("a").keyUp(Key.CONTROL).perform();
      await press(text);
    },
    async follow(called) {
      await reach(called);
      const beginning = (): Promise<number | null> =>
        driver.executeScript<number | null>(
          "return document.readyState === 'complete' ? performance.timeOrigin : null",
        );
      const before = await beginning();
      await press(Key.ENTER);
      await waitFor(driver, `get the page after "${called}"`, async () => {
        const now = await beginning();
        return now === before ? undefined : now;
      });
    },
  };
}
