import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isObject } from "../../src/model/json.ts";
import { ada, outcomes, reportIn } from "./deployer.ts";
import { picture } from "./people/picture.ts";
import { signInMastodon, signInPeertube, signInPixelfed } from "./people/sign-in.ts";
import { uploadPhotoPixelfed } from "./people/upload.ts";
import type { Scene } from "./scene.ts";
import { fetchJson } from "./web.ts";

/** Other versions of applications. @returns what they are now, as variables for the hosting provider's configuration */
export async function upgrades(scene: Scene): Promise<Readonly<Record<string, string>>> {
  if (scene.images.kind === "upstream") {
    process.stdout.write("  only doubles have versions to upgrade to: upgrades are not tried\n");
    return {};
  }
  const { lab, deployer, targets, browser, password } = scene;
  const version = async (): Promise<unknown> =>
    (await fetchJson(scene, "https://mastodon.example.org/api/v2/instance"))["version"];
  const schema = (database: string): Promise<string> =>
    targets.database.succeed(
      `su postgres -c 'pg_dump -h /run/postgresql-server --schema-only ${database}' | grep -v '^\\\\'`,
    );

  await lab.subtest("upgrades that turn out unhealthy go back, and their databases with them", async () => {
    const before = [await schema("mastodon_db"), await schema("peertube_db")];
    // PeerTube's database has extensions.
    assert.match(before[1] ?? "", /CREATE EXTENSION.* pg_trgm/);
    const events = await deployer.apply(ada, 5, { MASTODON_VERSION: "4.8.1", PEERTUBE_VERSION: "8.5.1" });
    const steps = { mastodon: "4.7.4 to 4.8.1", peertube: "8.3.1 to 8.5.1" };
    for (const [application, step] of Object.entries(steps)) {
      const report = reportIn(events, `machine/${application}`);
      assert.equal(report.code, "rolled-back", application);
      const said = `${application}_db is back to what it was before the upgrade from ${step}`;
      assert.ok(report.details?.join("\n").includes(said), `${application}: ${report.details?.join("\n") ?? ""}`);
    }
    assert.equal(await version(), "4.7.4");
    assert.deepEqual([await schema("mastodon_db"), await schema("peertube_db")], before);
    await browser.driver.manage().deleteAllCookies();
    await signInMastodon(browser.driver, { url: "https://mastodon.example.org", email: "ada@example.org", password });
    await signInPeertube(browser.driver, { url: "https://peertube.example.org", username: "ada", password });
  });

  await lab.subtest("an upgrade dumps, migrates, and serves; only new layers travel", async () => {
    const events = await deployer.apply(ada, 0, { MASTODON_VERSION: "4.8.0" });
    assert.equal(outcomes(events)["machine/mastodon"], "updated");
    assert.equal(await version(), "4.8.0");
    await targets.mastodon.succeed("test -s /srv/fediversity/mastodon/release/before-4.8.0.dump");
    const sent = events.flatMap((event) =>
      isObject(event) && event.event === "component-progress" && event.phase === "send images"
        ? [event.total ?? 0]
        : [],
    );
    const largest = Math.max(0, ...sent);
    assert.ok(largest > 0 && largest < 5_000_000, `sent ${String(largest)} bytes of images`);
    await browser.driver.manage().deleteAllCookies();
    await signInMastodon(browser.driver, { url: "https://mastodon.example.org", email: "ada@example.org", password });
  });

  await lab.subtest("what was confirmed does not go back by itself, and says so", async () => {
    const events = await deployer.apply(ada, 5);
    const report = reportIn(events, "machine/mastodon");
    assert.match(report.details?.join("\n") ?? "", /The upgrade from 4\.7\.4 to 4\.8\.0 was confirmed/);
    assert.equal(await version(), "4.8.0");
  });

  const versions = { MASTODON_VERSION: "4.8.0", PEERTUBE_VERSION: "8.5.0", PIXELFED_VERSION: "0.15.0" };

  await lab.subtest(
    "scripts of the releases in between run after an upgrade of PeerTube, in their order and once",
    async () => {
      const { PIXELFED_VERSION: _, ...before } = versions;
      const events = await deployer.apply(ada, 0, before);
      assert.equal(outcomes(events)["machine/peertube"], "updated");
      const state = (): Promise<Record<string, unknown>> =>
        fetchJson(scene, "https://peertube.example.org/double.json");
      const after = await state();
      assert.deepEqual([after["version"], after["scripts"]], ["8.5.0", ["peertube-8.4", "peertube-8.5"]]);
      const ran = await targets.peertube.journal("peertube-release-scripts.service");
      assert.match(ran, /release 8\.4[^]*peertube-8\.4: done[^]*release 8\.5[^]*peertube-8\.5: done/);
      // The double refuses to be asked a second time.
      await targets.peertube.reboot();
      await targets.peertube.waitForUnit("peertube-server.service");
      await deployer.waitUntilHealthy(ada);
      assert.equal((await targets.peertube.succeed("systemctl --failed --no-legend")).trim(), "");
    },
  );

  await lab.subtest(
    "after an upgrade of Pixelfed photos can be posted, which needs its columns relaxed anew",
    async () => {
      const events = await deployer.apply(ada, 0, versions);
      assert.equal(outcomes(events)["machine/pixelfed"], "updated");
      await targets.pixelfed.succeed("test -s /srv/fediversity/pixelfed/release/before-0.15.0.dump");
      const url = "https://pixelfed.example.org";
      await browser.driver.manage().deleteAllCookies();
      await signInPixelfed(browser.driver, { url, email: "ada@example.org", password });
      const photo = join(lab.folder, "after-upgrade.png");
      await writeFile(photo, picture(64));
      await uploadPhotoPixelfed(browser.driver, { url, photo, host: "media.pixelfed.example.org" });
    },
  );
  return versions;
}
