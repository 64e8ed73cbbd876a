import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import { isObject } from "../../src/model/json.ts";
import { until } from "../../src/providers/local-machine/until.ts";
import { everything } from "./applications.ts";
import { startsOf } from "./changes.ts";
import { ada } from "./deployer.ts";
import type { Visit } from "./people.ts";
import { signInPeertube } from "./people/sign-in.ts";
import { environmentOf } from "./run-cases.ts";
import type { Scene } from "./scene.ts";
import { fetchText } from "./web.ts";

/** Asks Garage by its own program. @returns undefined for what is not there any more */
async function garage({ targets }: Scene, call: string, body: object = {}): Promise<unknown> {
  const command = ["podman", "exec", "garage-server", "/garage", "json-api", call, JSON.stringify(body)];
  const { code, stdout, stderr } = await targets.garage.execute(command);
  if (/NoSuch/.test(stderr)) return undefined;
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
}

/** What Garage has: buckets with the number of their objects, and the numbers of keys by their names. */
async function stored(scene: Scene) {
  const list = async (call: string) => ((await garage(scene, call)) as unknown[]).filter(isObject);
  const found = await Promise.all((await list("ListBuckets")).map(({ id }) => garage(scene, "GetBucketInfo", { id })));
  const buckets = found.filter(isObject).map(({ globalAliases, objects }) => {
    const names = (globalAliases as readonly string[]).filter((alias) => !alias.includes("."));
    return [names.join(), objects] as const;
  });
  const keys = (await list("ListKeys")).map(({ id, name }) => [String(name), String(id)] as const);
  return { buckets: Object.fromEntries(buckets), keys: Object.fromEntries(keys) };
}

async function databases({ targets }: Scene): Promise<string> {
  const query = "SELECT datname FROM pg_database UNION SELECT rolname FROM pg_roles";
  return await targets.database.succeed([
    ...["runuser", "-u", "postgres", "--", "psql", "--no-psqlrc", "--host=/run/postgresql-server"],
    ...["--tuples-only", "--no-align", "--command", query],
  ]);
}

/** Names that mean something on the way: to shells, URLs, XML, and tools that read lines. */
const oddNames = [
  "a%20b",
  "a%2Bb",
  "x/y/z",
  "%C3%BC",
  "a%26b",
  "a%3Cb%3E",
  "a%25b",
  "q%27%22",
  "line%0Abreak",
  "tab%09",
];

/** Puts objects with odd names into a bucket of PeerTube, with its own key. */
async function putOddObjects(scene: Scene, bucket: string): Promise<void> {
  const environment = await environmentOf(scene.targets.peertube, "peertube-server");
  const credentials = ["ACCESS_KEY_ID", "SECRET_ACCESS_KEY"].map(
    (part) => environment[`PEERTUBE_OBJECT_STORAGE_CREDENTIALS_${part}`] ?? "",
  );
  // In curl's configuration on standard input: secrets are in no list of processes.
  const config = [`user = "${credentials.join(":")}"`];
  for (const name of oddNames) {
    config.push(`url = "http://127.0.0.1:3900/${bucket}/${name}"`, 'upload-file = "/etc/hostname"');
  }
  await scene.targets.garage.succeed(
    ["curl", "--silent", "--show-error", "--fail-with-body", "--aws-sigv4", "aws:amz:garage:s3", "--config", "-"],
    { input: `${config.join("\n")}\n` },
  );
}

/**
 * Data of one application is purged on machines that others go on using.
 * @param versions what was upgraded before, as variables for the hosting provider's configuration
 */
export async function purging(
  scene: Scene,
  { visit, versions }: { readonly visit: Visit; readonly versions: Readonly<Record<string, string>> },
): Promise<void> {
  const { lab, deployer, targets, browser, password } = scene;
  const { peertube: _peertube, ...others } = everything;
  const running = () => Promise.all((["mastodon", "pixelfed"] as const).map((name) => startsOf(scene, name)));

  await lab.subtest(
    "purge deletes database, role, buckets and key of what is switched off, and nothing of the others",
    async () => {
      await putOddObjects(scene, "peertube-private");
      const before = await stored(scene);
      assert.deepEqual(Object.keys(before.buckets).toSorted(), [
        "mastodon-media",
        "peertube-private",
        "peertube-videos",
        "pixelfed-media",
      ]);
      const started = await running();
      await deployer.configure(ada, others);
      await deployer.apply(ada, 0, versions);
      assert.match(await databases(scene), /^peertube_db$/m, "until it is purged");
      assert.deepEqual((await stored(scene)).buckets, before.buckets, "until it is purged");

      await deployer.expect(ada, ["purge", "--yes"]);
      const { "peertube-private": _private, "peertube-videos": _videos, ...buckets } = before.buckets;
      const { "peertube-videos": _key, ...keys } = before.keys;
      const wanted = { buckets, keys, databases: [] };
      let left: unknown;
      const look = async (): Promise<true | undefined> => {
        left = {
          ...(await stored(scene)),
          databases: (await databases(scene)).split("\n").filter((name) => name.includes("peertube")),
        };
        return isDeepStrictEqual(left, wanted) ? true : undefined;
      };
      assert.ok(await until(look, { timeout: 30_000, interval: 300 }), `what is there: ${JSON.stringify(left)}`);
      for (const name of ["database", "garage"] as const) {
        assert.equal((await targets[name].succeed("systemctl --failed --no-legend")).trim(), "", name);
      }
      await targets.peertube.fail("ls -A /srv/fediversity | grep .");
      assert.deepEqual(await running(), started, "nothing of the others was restarted");
      for (const url of [visit.avatar, visit.photo]) await fetchText(scene, url, ["--output", "/dev/null"]);
    },
  );

  await lab.subtest("what was purged begins anew when it is switched on again", async () => {
    await deployer.configure(ada, everything);
    await deployer.apply(ada, 0, versions);
    await browser.driver.manage().deleteAllCookies();
    await signInPeertube(browser.driver, { url: "https://peertube.example.org", username: "ada", password });
    const { buckets } = await stored(scene);
    assert.equal(buckets["peertube-private"], 0);
  });
}
