import { everything } from "./applications.ts";
import { ada } from "./deployer.ts";
import { signInMastodon, signInPeertube, signInPixelfed, signInSnac } from "./people/sign-in.ts";
import type { Scene } from "./scene.ts";

/** Accounts belong to people, whatever the configuration says of the first one later. */
export async function accounts({ lab, deployer, targets, browser, password }: Scene): Promise<void> {
  await lab.subtest(
    "an account that is there already keeps its password, as after a move to another machine",
    async () => {
      await deployer.configure(ada, everything, "not-the-password-of-anybody");
      await deployer.apply(ada);
      for (const application of ["mastodon", "peertube", "pixelfed"] as const) {
        // Another machine has no mark of what was done on the one before.
        await targets[application].succeed(["rm", `/srv/fediversity/${application}/release/initial-user`]);
        await targets[application].succeed(["systemctl", "restart", `${application}-initial-user.service`]);
        await targets[application].succeed(["test", "-e", `/srv/fediversity/${application}/release/initial-user`]);
      }
      const { driver } = browser;
      const url = (application: string): string => `https://${application}.example.org`;
      const email = "ada@example.org";
      const username = "ada";
      await driver.manage().deleteAllCookies();
      for (const application of ["mastodon", "pixelfed", "peertube"]) {
        await driver.get(url(application));
        await driver.manage().deleteAllCookies();
        await driver.executeScript("localStorage.clear()");
      }
      await signInMastodon(driver, { url: url("mastodon"), email, password });
      await signInPixelfed(driver, { url: url("pixelfed"), email, password });
      await signInPeertube(driver, { url: url("peertube"), username, password });
      await signInSnac(driver, { url: url("snac"), username, password });
      await deployer.configure(ada, everything);
      await deployer.apply(ada);
    },
  );
}
