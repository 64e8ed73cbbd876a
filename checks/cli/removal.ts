import assert from "node:assert/strict";
import { added, assertRestored, type Exceptions } from "../basic/restored.ts";
import { ada, bob, carol, type Operator } from "./deployer.ts";
import { inventories, type Inventories } from "./inventory.ts";
import { type Scene, targetNames } from "./scene.ts";
import { hostsOf } from "./web.ts";

/** What a deployment leaves on purpose: data, and the notes about it; and what packages with data keep until they are purged. */
const kept =
  /^\/(?:srv|var\/lib\/(?:fediversity|containers|snac2|postgresql|caddy|valkey|ucf)|etc\/(?:snac2|postgresql|valkey|containers|apache2))(?:\/| |$)/;

const debian: Exceptions = {
  /** What Debian's own packages leave when they are purged: accounts, an empty folder, the bookkeeping of ucf(1). */
  left: /^(?:\/var\/lib\/ucf\/|\/etc\/postgresql d |(?:caddy|postgres|ssl-cert|valkey|debian-snac):|www-data:x:33:caddy$)/,
  /**
   * The group as it was before the package caddy put its account into it; systemd's link, which the purge of locales
   * deletes; a folder that is empty in the images of labs, which have no manual pages, and which the scripts of
   * postgresql-common then remove (`rmdir -p` in maintscripts-functions).
   */
  missing: /^(?:www-data:x:33:|\/etc\/default\/locale l .* \.\.\/locale\.conf|\/usr\/share\/man d 755 root root )$/,
};

/** Removing is as good as adding. */
export async function removal(
  scene: Scene,
  before: Inventories,
  operators: readonly Operator[] = [ada, bob, carol],
): Promise<void> {
  const { lab, deployer, nameServer } = scene;

  await lab.subtest("destroy removes everything but data", async () => {
    for (const operator of operators) await deployer.expect(operator, ["destroy", "--yes"]);
    for (const operator of [ada, carol]) {
      for (const host of hostsOf(operator)) assert.deepEqual(await nameServer.lookup(host), [], host);
    }
    const after = await inventories(scene);
    for (const name of targetNames) {
      const left = added(before[name], after[name]).filter(
        (line) => !kept.test(line) && !/ config-files$|postgres|debian-snac|caddy|valkey|^package /.test(line),
      );
      assert.deepEqual(left, [], `nothing else is left on ${name}`);
      await scene.targets[name].fail(
        "systemctl list-units --all --no-legend | grep -E 'mastodon|peertube|pixelfed|garage|snac|caddy|valkey|postgres'",
      );
    }
  });

  await lab.subtest("purge deletes the data, and then the machines are as they were", async () => {
    for (const operator of operators) await deployer.expect(operator, ["purge", "--yes"]);
    const after = await inventories(scene);
    for (const name of targetNames) {
      assertRestored(name, { before: before[name], after: after[name] }, debian);
    }
  });
}
