import assert from "node:assert/strict";
import { until } from "../../src/providers/local-machine/until.ts";
import { outcomes } from "../basic/deployer.ts";
import { assertRestored, type Exceptions } from "../basic/restored.ts";
import { inventory } from "../basic/scene.ts";
import { imageOptions } from "../cli/images.ts";
import { defineCheck } from "../driver/check.ts";
import { garageSays, objectsAt, startOf } from "./objects.ts";
import { nodeNames, type Scene, setScene, type Wanted } from "./scene.ts";

const first: Wanted = { entry: "objects-a", nodes: { "objects-a": {}, "objects-b": {}, "objects-c": {} } };
/** More than Garage keeps beside the metadata. */
const picture = "picture ".repeat(50_000);

/** Garage connects again with a node that is back within half a minute. */
const patience = 150_000;

async function waitUntilHealthy({ nodes }: Scene, at: (typeof nodeNames)[number]): Promise<void> {
  const health = "podman exec garage-server /garage json-api GetClusterHealth null";
  await nodes[at].waitUntilSucceeds(`${health} | jq -e '.status == "healthy"'`, { timeout: patience });
}

/**
 * Reads or writes objects while a machine is off: requests that wait for it go on after some 13 s, for each connection to
 * it that was open. Without the deployment's setting they have been seen to wait for more than two minutes.
 */
async function withOneOff<T>(use: () => Promise<T>): Promise<T> {
  let last: unknown;
  const done = async (): Promise<[T] | undefined> => {
    try {
      return [await use()];
    } catch (error) {
      last = error;
      return undefined;
    }
  };
  const found = await until(done, { timeout: 60_000, interval: 500 });
  if (found === undefined) throw last;
  return found[0];
}

async function deploys(scene: Scene): Promise<void> {
  const { lab, nodes, deployer } = scene;
  await lab.subtest(
    "three machines keep objects together",
    async () => {
      await scene.want(first);
      const found = outcomes(await scene.apply());
      assert.deepEqual(found, Object.fromEntries(nodeNames.map((name) => [`machine/${name}`, "created"])));
      // What a removal has to take back: silent machines are given up early.
      assert.equal((await nodes["objects-c"].succeed("cat /proc/sys/net/ipv4/tcp_retries2")).trim(), "5");
      await waitUntilHealthy(scene, "objects-b");
      const { roles } = await garageSays(nodes["objects-c"], "GetClusterLayout");
      const tags = (roles as { readonly tags: readonly string[] }[]).flatMap((role) => role.tags);
      assert.deepEqual(tags.toSorted(), nodeNames);
    },
    { stop: true },
  );

  await lab.subtest("nothing has to be done a second time", async () => {
    for (const outcome of Object.values(outcomes(await scene.apply()))) assert.equal(outcome, "unchanged");
    await scene.run(["plan", "--detailed-exit-code"]);
  });

  await lab.subtest(
    "the nodes alone reach one another's port, and nobody from outside S3's and the admin's",
    async () => {
      const reach = (port: number): string[] => [
        ...["timeout", "3", "bash", "-c", 'exec 3<>"/dev/tcp/$0/$1"'],
        ...[nodes["objects-b"].address, String(port)],
      ];
      await nodes["objects-c"].succeed(reach(3901));
      for (const port of [3900, 3901, 3902, 3903]) await deployer.fail(reach(port));
    },
  );
}

async function fails(scene: Scene): Promise<void> {
  const { lab, nodes } = scene;
  const objects = await objectsAt(scene, "objects-a");

  await lab.subtest("objects are written by S3 and read by everybody", async () => {
    await objects.put("before", picture);
    assert.equal(await objects.get("before"), picture);
    assert.equal(await objects.read("before"), picture);
  });

  await lab.subtest("one machine is switched off: objects are read and written, and it comes back", async () => {
    await nodes["objects-c"].shutdown();
    assert.equal(await withOneOff(async () => objects.read("before")), picture);
    await withOneOff(async () => objects.put("during", picture));
    await nodes["objects-c"].start();
    await waitUntilHealthy(scene, "objects-a");
    await waitUntilHealthy(scene, "objects-c");
    await scene.run(["status"]);
  });
}

async function changes(scene: Scene): Promise<void> {
  const { lab, nodes } = scene;
  const resized: Wanted = {
    ...first,
    nodes: { ...first.nodes, "objects-b": { zone: "cellar", capacity: 2_000_000_000 } },
  };

  await lab.subtest("another size and zone are applied, and no Garage is started anew", async () => {
    const starts = async (): Promise<readonly string[]> =>
      await Promise.all(nodeNames.map((name) => startOf(nodes[name], "garage-server.service")));
    const before = await starts();
    await scene.want(resized);
    const found = outcomes(await scene.apply());
    assert.deepEqual(found, {
      "machine/objects-a": "updated",
      "machine/objects-b": "unchanged",
      "machine/objects-c": "unchanged",
    });
    const { roles } = await garageSays(nodes["objects-b"], "GetClusterLayout");
    const role = (roles as { tags: readonly string[]; zone: string; capacity: number }[]).find(({ tags }) =>
      tags.includes("objects-b"),
    );
    assert.deepEqual([role?.zone, role?.capacity], ["cellar", 2_000_000_000]);
    assert.deepEqual(await starts(), before);
  });

  await lab.subtest("the power of the entry fails: another machine becomes the entry, with a new bucket", async () => {
    await nodes["objects-a"].crash();
    await scene.want({ ...resized, entry: "objects-b", more: true });
    const found = outcomes(await scene.apply(1));
    assert.match(found["machine/objects-a"] ?? "", /^failed/);
    assert.equal(found["machine/objects-b"], "updated");
    const objects = await objectsAt(scene, "objects-b");
    for (const name of ["before", "during"]) assert.equal(await withOneOff(async () => objects.read(name)), picture);
    await withOneOff(async () => objects.put("after", picture, "album-more"));
    assert.equal(await objects.get("after", "album-more"), picture);
  });

  await lab.subtest("the former entry comes back as one among the others", async () => {
    await nodes["objects-a"].start();
    await scene.apply();
    await waitUntilHealthy(scene, "objects-b");
    await nodes["objects-a"].fail("systemctl cat garage-buckets caddy");
    await scene.run(["plan", "--detailed-exit-code"]);
  });
}

const debian: Exceptions = {
  /** What packages of Debian leave when they are purged. */
  left: /^caddy:|^www-data:x:33:caddy$/,
  /** The group as it was before the package caddy put its account into it. */
  missing: /^www-data:x:33:$/,
};

async function removal(scene: Scene, before: Readonly<Record<string, readonly string[]>>): Promise<void> {
  const { lab, nodes } = scene;
  await lab.subtest("destroy keeps the objects, and after a purge nothing is left", async () => {
    await scene.run(["destroy", "--yes"]);
    for (const name of nodeNames) {
      await nodes[name].succeed("find /srv/fediversity/garage/data -type f | grep -q .");
      await nodes[name].fail("systemctl list-units --all --no-legend | grep -E 'garage|caddy|restrict'");
    }
    await scene.run(["purge", "--yes"]);
    for (const name of nodeNames) {
      assertRestored(name, { before: before[name] ?? [], after: await inventory(nodes[name]) }, debian);
    }
  });
}

/**
 * Garage on three machines: objects survive the loss of any one of them, also of the one that applications use, and what
 * the policy says of sizes and zones is what is.
 */
export const check = defineCheck({
  name: "garage",
  options: { garage: imageOptions.garage },
  async run(lab, chosen) {
    const scene = await setScene(lab, chosen);
    try {
      const before = Object.fromEntries(
        await Promise.all(nodeNames.map(async (name) => [name, await inventory(scene.nodes[name])] as const)),
      );
      await deploys(scene);
      await fails(scene);
      await changes(scene);
      await removal(scene, before);
    } finally {
      await scene.close();
    }
  },
});
