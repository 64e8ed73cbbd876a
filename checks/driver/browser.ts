import { mkdir, stat, writeFile } from "node:fs/promises";
import { basename, isAbsolute, join } from "node:path";
import { Builder, logging, type WebDriver } from "selenium-webdriver";
import { Options } from "selenium-webdriver/chrome.js";
import { openLabRelay } from "./lab-relay.ts";
import type { Lab } from "./lab.ts";
import type { TestMachine } from "./test-machine.ts";

/** Debian packages that a machine needs to be a person's computer. */
export const browserPackages: readonly string[] = ["chromium", "chromium-driver", "fonts-dejavu-core", "libnss3-tools"];

/** How a browser is opened. */
export interface BrowserOptions {
  /** Folder of this computer for the pictures that {@link Browser.screenshot} takes. */
  readonly screenshots: string;
  /** Certificates (PEM, one each) of authorities that the browser trusts; TLS errors of all others stay real. */
  readonly authorities?: readonly string[] | undefined;
  /** Milliseconds that a page may take to load; 30,000 when not given. */
  readonly pageTimeout?: number | undefined;
}

/** A browser on a machine of a lab, driven from here: a window of its own without cookies, history or memory. */
export interface Browser {
  /** A file of this computer whose path is typed into a field for files is carried to the machine. */
  readonly driver: WebDriver;
  /** Takes a picture of the window. @returns the path of the picture */
  readonly screenshot: (name: string) => Promise<string>;
  /** Gives what pages have written to the console since the last call, without what is only talk. */
  readonly complaints: () => Promise<readonly string[]>;
  /** Ends the window and everything that was started for it. Does nothing the second time. */
  readonly close: () => Promise<void>;
}

const unit = "browser.service";
const port = 9515;
const uploads = "/tmp/uploads";
const database = "/root/.pki/nssdb";

/** Arguments for Chromium as root of a machine without a screen. */
export const chromiumArguments: readonly string[] = [
  "--headless=new",
  // Its sandbox refuses root, and the machine is one already.
  "--no-sandbox",
  "--disable-dev-shm-usage",
  "--disable-gpu",
  "--window-size=1280,900",
  // There is no internet: what it asks of its maker by itself would only take time.
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
  "--password-store=basic",
];

/** Gives the command that starts chromedriver on a machine, open to one address. */
export function chromedriverCommand(client: string): readonly string[] {
  return [
    "systemd-run",
    "--quiet",
    "--collect",
    `--unit=${unit}`,
    "--setenv=HOME=/root",
    "chromedriver",
    `--port=${String(port)}`,
    `--allowed-ips=${client}`,
  ];
}

/** Gives the name of a picture's file. */
export function pictureName(name: string): string {
  const slug = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "");
  return `${slug === "" ? "picture" : slug}.png`;
}

/** Has Chromium on a machine trust certificate authorities, and ask no name server but the machine's. */
async function configure(machine: TestMachine, authorities: readonly string[]): Promise<void> {
  await machine.writeFile("/etc/chromium/policies/managed/lab.json", JSON.stringify({ DnsOverHttpsMode: "off" }));
  // Anew, so that nothing that an earlier browser trusted stays in force.
  await machine.succeed(`rm -rf ${database}; mkdir -p ${database}; certutil -N -d sql:${database} --empty-password`);
  for (const [index, authority] of authorities.entries()) {
    const add = ["certutil", "-A", "-d", `sql:${database}`, "-n", `lab ${String(index + 1)}`, "-t", "C,,"];
    await machine.succeed(add, { input: authority });
  }
}

/** Brings a file of this computer to the machine; text that is none stays as it is. */
async function carryFile(machine: TestMachine, text: string): Promise<string> {
  if (!isAbsolute(text)) return text;
  const isFile = await stat(text).then(
    (entry) => entry.isFile(),
    () => false,
  );
  if (!isFile) return text;
  const path = join(uploads, basename(text));
  await machine.copyFromHost(text, path);
  return path;
}

/**
 * Opens a browser on a machine that has {@link browserPackages}. A machine has one at a time.
 * @throws Failure `check-command`, `check-timeout`, `check-relay`
 */
export async function openBrowser(machine: TestMachine, lab: Lab, options: BrowserOptions): Promise<Browser> {
  const closers: (() => Promise<unknown>)[] = [];
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    const failures: unknown[] = [];
    for (const closer of closers.toReversed()) await closer().catch((error: unknown) => failures.push(error));
    if (failures.length > 0) throw failures[0];
  };
  try {
    await configure(machine, options.authorities ?? []);
    // What this process sends into the lab comes from the bridge's address.
    await machine.succeed(chromedriverCommand(lab.network.address));
    closers.push(() => machine.succeed(["systemctl", "stop", unit]));
    await machine.waitForOpenPort(port, { address: machine.address });
    const relay = await openLabRelay(lab, { address: machine.address, port });
    closers.push(relay.close);
    const preferences = new logging.Preferences();
    preferences.setLevel(logging.Type.BROWSER, logging.Level.WARNING);
    const chrome = new Options();
    chrome.addArguments(...chromiumArguments);
    chrome.setLoggingPrefs(preferences);
    const driver = await new Builder()
      .disableEnvironmentOverrides()
      .forBrowser("chrome")
      .usingServer(`http://127.0.0.1:${String(relay.port)}`)
      .setChromeOptions(chrome)
      .build();
    closers.push(() => driver.quit());
    driver.setFileDetector({ handleFile: (_driver, text) => carryFile(machine, text) });
    await driver.manage().setTimeouts({ implicit: 0, pageLoad: options.pageTimeout ?? 30_000, script: 15_000 });
    return {
      driver,
      async screenshot(name) {
        await mkdir(options.screenshots, { recursive: true });
        const path = join(options.screenshots, pictureName(name));
        await writeFile(path, await driver.takeScreenshot(), "base64");
        return path;
      },
      async complaints() {
        return (await driver.manage().logs().get(logging.Type.BROWSER)).map(({ message }) => message);
      },
      close: () => (closing ??= close()),
    };
  } catch (error) {
    // What went wrong first matters more than what comes of clearing up.
    await close().catch(() => undefined);
    throw error;
  }
}
