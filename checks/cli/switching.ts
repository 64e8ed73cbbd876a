import assert from "node:assert/strict";
import { until } from "../../src/providers/local-machine/until.ts";
import { everything } from "./applications.ts";
import { startsOf } from "./changes.ts";
import { ada } from "./deployer.ts";
import type { Visit } from "./people.ts";
import { signInMastodon } from "./people/sign-in.ts";
import type { Scene } from "./scene.ts";
import { fetchText } from "./web.ts";

/** The serial number of the certificate of the second operator's snac, whose certificates are valid for three minutes. */
export async function serialNumber(scene: Scene): Promise<string> {
  const certificates = await fetchText(scene, "https://snac.example.net/", [
    "--output",
    "/dev/null",
    "--write-out",
    "%{certs}",
  ]);
  return /^Serial Number:\s*(.*)$/im.exec(certificates)?.[1] ?? "";
}

/** An application is switched off and on again. */
export async function switching(
  scene: Scene,
  { visit, serial }: { readonly visit: Visit; readonly serial: string },
): Promise<void> {
  const { lab, deployer, targets, nameServer, browser, password } = scene;
  const { mastodon: _mastodon, ...others } = everything;

  await lab.subtest(
    "what is switched off is gone, its data is kept and named, and the others were not restarted",
    async () => {
      const before = [
        await startsOf(scene, "pixelfed"),
        await startsOf(scene, "peertube"),
        await startsOf(scene, "snac-a"),
      ];
      await deployer.configure(ada, others);
      await deployer.apply(ada);
      const { mastodon, database, garage } = targets;
      await mastodon.fail("systemctl list-units --all --no-legend | grep -E 'mastodon|valkey|caddy'");
      await mastodon.fail("command -v podman || command -v caddy");
      await mastodon.fail("ls /etc/caddy/sites /etc/fediversity /var/lib/containers/storage 2>/dev/null | grep .");
      assert.match(await mastodon.succeed("cat /var/lib/fediversity/data"), /queues of mastodon/);
      assert.deepEqual(await nameServer.lookup("mastodon.example.org"), []);
      assert.deepEqual(await nameServer.lookup("media.mastodon.example.org"), []);
      const roles = await database.succeed(
        "su postgres -c \"psql -h /run/postgresql-server -Atc 'SELECT rolname FROM pg_roles WHERE rolcanlogin'\"",
      );
      assert.ok(!roles.includes("mastodon") && roles.includes("pixelfed"), `logins that are left: ${roles}`);
      const kept = await database.succeed(
        "su postgres -c \"psql -h /run/postgresql-server -Atc 'SELECT datname FROM pg_database'\"",
      );
      assert.match(kept, /^mastodon_db$/m);
      assert.match(await database.succeed("cat /var/lib/fediversity/data"), /database of mastodon/);
      assert.match(await garage.succeed("cat /var/lib/fediversity/data"), /bucket of mastodon media/);
      await garage.fail("test -e /etc/caddy/sites/media.mastodon.example.org.caddy");
      const after = [
        await startsOf(scene, "pixelfed"),
        await startsOf(scene, "peertube"),
        await startsOf(scene, "snac-a"),
      ];
      assert.deepEqual(after, before);
    },
  );

  await lab.subtest("what is switched on again finds its data", async () => {
    const issued = await scene.authority.issued();
    await deployer.configure(ada, everything);
    await deployer.apply(ada);
    await browser.driver.manage().deleteAllCookies();
    await signInMastodon(browser.driver, { url: "https://mastodon.example.org", email: "ada@example.org", password });
    await fetchText(scene, visit.avatar, ["--output", "/dev/null"]);
    assert.equal(await scene.authority.issued(), issued, "no certificate was asked for a second time");
  });

  await lab.subtest("databases whose machine reboots under load come back by themselves", async () => {
    const { client } = scene;
    const { database } = targets;
    await client.succeed(
      "systemd-run --quiet --unit=load sh -c 'while :; do curl --silent --insecure --max-time 5 --output /dev/null https://mastodon.example.org/api/v2/instance https://pixelfed.example.org/api/v1/instance; done'",
    );
    await database.reboot();
    await database.waitForUnit("postgresql-server.service");
    await client.succeed("systemctl stop load");
    const check = async (host: string, path: string): Promise<void> => {
      await client.waitUntilSucceeds(
        `curl --silent --fail --insecure --max-time 5 --output /dev/null https://${host}.example.org${path}`,
      );
    };
    await check("mastodon", "/health");
    await check("peertube", "/api/v1/config");
    await check("pixelfed", "/api/v1/instance");
    await deployer.waitUntilHealthy(ada);
  });

  await lab.subtest("certificates are renewed before they expire", async () => {
    assert.notEqual(serial, "", "the certificate's number was seen at first");
    const look = async (): Promise<true | undefined> => ((await serialNumber(scene)) === serial ? undefined : true);
    const renewed = await until(look, { timeout: 100_000, interval: 1000 });
    assert.ok(renewed, `a certificate that is valid for 180 s was replaced; its number was ${serial}`);
    await fetchText(scene, "https://snac.example.net/", ["--output", "/dev/null"]);
  });
}
