import assert from "node:assert/strict";
import { until } from "../../src/providers/local-machine/until.ts";
import { everything, hostile, hostileLines } from "./applications.ts";
import { ada, outcomes } from "./deployer.ts";
import type { Scene, TargetName } from "./scene.ts";
import { aboutOf, descriptionOf, titleOf } from "./web.ts";

/** When each unit of ours on a machine was last started. */
export async function startsOf({ targets }: Scene, name: TargetName): Promise<Readonly<Record<string, string>>> {
  const machine = targets[name];
  const list = await machine.succeed("cut -d ' ' -f 1 /var/lib/fediversity/current/lists/units");
  const units = list.split("\n").filter((unit) => unit.endsWith(".service"));
  const found = await machine.succeed(["systemctl", "show", "--property=Id,ActiveEnterTimestampMonotonic", ...units]);
  return Object.fromEntries(
    found
      .split("\n\n")
      .map((block) => [/^Id=(.*)$/m.exec(block)?.[1] ?? "", /^Active.*=(.*)$/m.exec(block)?.[1] ?? ""] as const)
      .filter(([unit]) => unit !== ""),
  );
}

/** Changing an option changes just that. */
export async function changes(scene: Scene): Promise<void> {
  const { lab, deployer } = scene;

  await lab.subtest("a title that changes in the configuration changes just that", async () => {
    const [mastodon, pixelfed] = [await startsOf(scene, "mastodon"), await startsOf(scene, "pixelfed")];
    await deployer.configure(ada, { ...everything, mastodon: { title: "Another title" } });
    const events = await deployer.apply(ada);
    assert.equal(await titleOf(scene, ada, "mastodon"), "Another title");
    for (const [component, outcome] of Object.entries(outcomes(events))) {
      assert.equal(outcome, component === "machine/mastodon" ? "updated" : "unchanged", component);
    }
    assert.deepEqual(await startsOf(scene, "pixelfed"), pixelfed, "nothing else was restarted");
    const after = await startsOf(scene, "mastodon");
    for (const unit of [
      "mastodon-web.service",
      "mastodon-sidekiq.service",
      "mastodon-streaming.service",
      "caddy.service",
    ]) {
      assert.equal(after[unit], mastodon[unit], `${unit} was not restarted`);
    }
  });

  await lab.subtest("hostile text arrives as it was written", async () => {
    const options = { title: hostile.slice(0, 50), description: hostile };
    const peertube = { ...options, about: hostileLines };
    await deployer.configure(ada, { mastodon: options, peertube, pixelfed: options, snac: options });
    await deployer.apply(ada);
    const arrives = async (what: string, wanted: string, ask: () => Promise<unknown>): Promise<void> => {
      let said: unknown;
      const look = async (): Promise<true | undefined> => {
        said = await ask();
        return said === wanted ? true : undefined;
      };
      const found = await until(look, { timeout: 20_000, interval: 300 });
      assert.ok(found, `${what} is ${JSON.stringify(said)}, and should be ${JSON.stringify(wanted)}`);
    };
    for (const application of ["mastodon", "peertube", "pixelfed", "snac"]) {
      await arrives(`title of ${application}`, options.title, () => titleOf(scene, ada, application));
    }
    for (const application of ["mastodon", "peertube", "snac"] as const) {
      await arrives(`description of ${application}`, hostile, () => descriptionOf(scene, ada, application));
    }
    await arrives("about of peertube", hostileLines, () => aboutOf(scene, ada));
  });

  await lab.subtest("text that nothing can carry is refused by name before anything is tried", async () => {
    const cases = [
      ["pixelfed", { title: "two\nlines" }],
      ["mastodon", { title: "a\u0000b" }],
      ["snac", { description: "x".repeat(10_000) }],
      ["peertube", { host: "--help" }],
    ] as const;
    for (const [application, options] of cases) {
      await deployer.configure(ada, { ...everything, [application]: options });
      const { stderr, stdout } = await deployer.expect(ada, ["plan"], 3);
      assert.match(
        `${stdout}${stderr}`,
        new RegExp(`applications\\.${application}\\.${Object.keys(options)[0] ?? ""}`),
      );
    }
    await deployer.configure(ada, everything);
    await deployer.apply(ada);
  });
}
