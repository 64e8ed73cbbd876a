import assert from "node:assert/strict";
import type { TestMachine } from "../driver/test-machine.ts";
import { added, assertRestored } from "./restored.ts";
import { inventory, type Scene } from "./scene.ts";

/** Removing is as good as adding. */
export async function removal(
  { lab, deployer, hello, cowsay }: Scene,
  before: Readonly<Record<"hello" | "cowsay", readonly string[]>>,
): Promise<void> {
  const machines: readonly (readonly [TestMachine, readonly string[]])[] = [
    [hello, before.hello],
    [cowsay, before.cowsay],
  ];

  await lab.subtest("destroy removes everything but data", async () => {
    await hello.succeed("echo dear >/home/operator/letter && chown operator: /home/operator/letter");
    await deployer.expect(["destroy", "--yes"]);
    for (const [machine, then] of machines) {
      const left = added(then, await inventory(machine)).filter(
        (line) => !/^\/(?:home\/operator|var\/lib\/(?:fediversity|probe-(?:hello|cowsay)))(?:\/| )/.test(line),
      );
      assert.deepEqual(left, [], `nothing else is left on ${machine.name}`);
      await machine.fail("command -v hello || command -v cowsay || test -e /usr/games/cowsay");
      await machine.fail("getent passwd operator probe-hello probe-cowsay");
      assert.match(await machine.succeed("cat /var/lib/fediversity/data"), /^\/home\/operator /m);
    }
    assert.equal(await hello.succeed("cat /home/operator/letter"), "dear\n");
  });

  await lab.subtest("what stood where we put files is back", async () => {
    assert.deepEqual(added(await inventory(hello), before.hello), []);
    assert.match(await hello.succeed("cat /etc/issue"), /Debian/);
  });

  await lab.subtest("a second destroy is a no-op", async () => {
    await deployer.expect(["destroy", "--yes"]);
  });

  await lab.subtest("what is deployed again finds its data, and its users have their ids", async () => {
    await deployer.configure({});
    await deployer.expect(["apply", "--yes", "--accept-new-host-keys"]);
    assert.equal(await hello.succeed(["su", "-l", "operator", "-c", "cat letter"]), "dear\n");
    await deployer.expect(["destroy", "--yes"]);
  });

  await lab.subtest("purge deletes the data, and then nothing at all is left", async () => {
    await deployer.expect(["purge", "--yes"]);
    for (const [machine, then] of machines) {
      assertRestored(machine.name, { before: then, after: await inventory(machine) });
    }
  });
}
