import assert from "node:assert/strict";
import { everything } from "./applications.ts";
import { ada, bob, outcomes, project } from "./deployer.ts";
import type { Scene } from "./scene.ts";

/** Two operators deploy at the same time. */
export async function deploys(scene: Scene): Promise<void> {
  const { lab, deployer, targets, password } = scene;

  await lab.subtest(
    "two configurations deploy to machines without the internet",
    async () => {
      await deployer.configure(ada, everything);
      await deployer.configure(bob, { snac: { title: "snac of Bob" } });
      const begun = performance.now();
      const [first, second] = await Promise.all([deployer.apply(ada), deployer.apply(bob)]);
      const seconds = (performance.now() - begun) / 1000;
      process.stdout.write(`    from apply to all healthy: ${seconds.toFixed(0)} s, packages and images sent\n`);
      for (const [component, outcome] of Object.entries({ ...outcomes(first), ...outcomes(second) })) {
        assert.equal(outcome, "created", component);
      }
      assert.deepEqual(
        Object.keys(outcomes(first))
          .filter((path) => path.startsWith("machine/"))
          .toSorted(),
        ["database", "garage", "mastodon", "peertube", "pixelfed", "snac"].map((name) => `machine/${name}`),
      );
    },
    { stop: true },
  );

  await lab.subtest("nothing has to be done a second time", async () => {
    const begun = performance.now();
    const events = await deployer.apply(ada);
    process.stdout.write(`    nothing to do: ${((performance.now() - begun) / 1000).toFixed(1)} s\n`);
    for (const [component, outcome] of Object.entries(outcomes(events))) assert.equal(outcome, "unchanged", component);
    await deployer.expect(ada, ["plan", "--detailed-exit-code"]);
  });

  await lab.subtest("status says that all is healthy", async () => {
    await deployer.expect(ada, ["status"]);
    for (const name of ["database", "garage", "mastodon", "peertube", "pixelfed", "snac-a", "snac-b"] as const) {
      assert.equal((await targets[name].succeed("systemctl --failed --no-legend")).trim(), "", name);
    }
  });

  await lab.subtest(
    "the password of the first accounts is in no process list, journal, state or file that others may read",
    async () => {
      // In a file, so that the search itself does not show it.
      const pattern = "/root/pattern";
      for (const name of ["mastodon", "peertube", "pixelfed", "snac-a"] as const) {
        const machine = targets[name];
        await machine.writeFile(pattern, `${password}\n`, 0o600);
        await machine.fail(`cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' '\\n' | grep -aF -f ${pattern}`);
        await machine.fail(`journalctl --no-pager | grep -F -f ${pattern}`);
        const readable = await machine.execute(
          `find / -xdev -type f -perm /044 -not -path '/proc/*' -not -path '/sys/*' -mmin -60 -exec grep -lsF -f ${pattern} {} +`,
        );
        assert.equal(readable.stdout, "", name);
        await machine.succeed(["rm", pattern]);
      }
      await deployer.machine.writeFile(pattern, `${password}\n`, 0o600);
      await deployer.machine.fail(`grep -rqF -f ${pattern} ${project}/.fediversity`);
    },
  );

  await lab.subtest("databases, caches and Garage are reached by those who need them alone", async () => {
    const outside = targets["snac-b"];
    const closed = [
      [targets.database.address, 5432],
      [targets.garage.address, 3900],
      [targets.garage.address, 3903],
      [targets.pixelfed.address, 8080],
      [targets.mastodon.address, 3000],
      [targets.peertube.address, 9000],
    ] as const;
    for (const [address, port] of closed) {
      await outside.fail(["timeout", "3", "bash", "-c", 'exec 3<>"/dev/tcp/$0/$1"', address, String(port)]);
    }
    await targets.mastodon.succeed([
      "timeout",
      "3",
      "bash",
      "-c",
      'exec 3<>"/dev/tcp/$0/5432"',
      targets.database.address,
    ]);
  });
}
