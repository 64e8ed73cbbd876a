import assert from "node:assert/strict";
import { outcomes } from "./deployer.ts";
import { assertSettled, generation, greetingOn, startsOf, type Scene } from "./scene.ts";

/** Changes that work: exactly what changed, drift, going back by hand. */
export async function changes({ lab, deployer, hello, cowsay }: Scene): Promise<void> {
  await lab.subtest("a changed file restarts only what uses it", async () => {
    const [before, other] = [await startsOf(hello), await startsOf(cowsay)];
    await deployer.configure({ hello: { greeting: "changed" } });
    const plan = await deployer.expect(["plan"]);
    assert.match(plan.stdout, /-hello\b/);
    assert.match(plan.stdout, /\+changed\b/);
    assert.match(plan.stdout, /restart.*probe-hello\.service/);
    assert.doesNotMatch(plan.stdout, /restart.*probe-hello-beside/);
    assert.equal(await greetingOn(hello), "hello", "a plan changes nothing");
    assert.deepEqual(outcomes(await deployer.apply()), { "machine/cowsay": "unchanged", "machine/hello": "updated" });
    assert.equal(await greetingOn(hello), "changed");
    const after = await startsOf(hello);
    assert.notEqual(after["probe-hello.service"], before["probe-hello.service"]);
    assert.equal(after["probe-hello-beside.service"], before["probe-hello-beside.service"]);
    assert.deepEqual(await startsOf(cowsay), other);
  });

  await lab.subtest("only what is missing is sent", async () => {
    const before = await hello.succeed(
      "cat /var/lib/fediversity/log/$(basename $(readlink /var/lib/fediversity/current)).err",
    );
    assert.doesNotMatch(before, /Unpacking/, "no package was installed again");
  });

  await lab.subtest("units and files are switched by one rename", async () => {
    const unit = await hello.succeed("readlink -f /usr/local/lib/systemd/system/probe-hello.service");
    const file = await hello.succeed("readlink -f /etc/probe-hello.conf");
    const current = (await hello.succeed("readlink -f /var/lib/fediversity/current")).trim();
    assert.ok(unit.startsWith(`${current}/`) && file.startsWith(`${current}/`));
    assert.match(
      await hello.succeed("systemctl show -P FragmentPath probe-hello.service"),
      /^\/usr\/local\/lib\/systemd\/system\//,
    );
  });

  await lab.subtest(
    "a quadlet is switched with the same rename, and its container restarts when it changes",
    async () => {
      await hello.succeed(
        "mkdir -p /tmp/idle/bin && cp /bin/busybox /tmp/idle/bin/ && tar -C /tmp/idle -c . | podman import - localhost/idle:1 && rm -r /tmp/idle",
      );
      const inside = ["podman", "exec", "systemd-probe-hello-box", "/bin/busybox", "env"];
      await deployer.configure({ hello: { greeting: "changed", box: "one" } });
      await deployer.apply();
      await hello.waitForUnit("probe-hello-box.service");
      assert.match(await hello.succeed(inside), /^BOX=one$/m);
      const before = await startsOf(hello);
      await deployer.configure({ hello: { greeting: "changed", box: "two $HOME %n" } });
      await deployer.apply();
      assert.match(await hello.succeed(inside), /^BOX=two \$HOME %n$/m);
      assert.deepEqual(await startsOf(hello), before);
      await deployer.configure({ hello: { greeting: "changed" } });
      await deployer.apply();
      await hello.fail("systemctl cat probe-hello-box.service");
      await hello.fail("podman container exists systemd-probe-hello-box");
      await hello.succeed("podman rmi localhost/idle:1");
    },
  );

  await lab.subtest("a hand-edited file shows as drift in status and plan, and apply puts it right", async () => {
    await hello.succeed("echo edited >>/etc/probe-hello.conf && rm /etc/issue && echo mine >/etc/issue");
    const status = await deployer.expect(["status"], 1);
    assert.match(status.stdout, /\/etc\/probe-hello\.conf was edited by hand/);
    assert.match(status.stdout, /\/etc\/issue was replaced by hand/);
    const plan = await deployer.expect(["plan"]);
    assert.match(plan.stdout, /-edited\b/);
    await deployer.apply();
    assert.equal(await greetingOn(hello), "changed");
    assert.equal(await hello.succeed("cat /etc/issue"), "This machine is looked after by Fediversity.\n");
    await deployer.expect(["status"]);
  });

  await lab.subtest("a unit that was stopped by hand is started again", async () => {
    await cowsay.succeed("systemctl stop probe-cowsay-beside.service");
    assert.match((await deployer.expect(["status"], 1)).stdout, /probe-cowsay-beside\.service is inactive/);
    await deployer.apply();
    await cowsay.waitForUnit("probe-cowsay-beside.service");
  });

  await lab.subtest("rollback goes back by hand, and apply forward again", async () => {
    await deployer.configure({ hello: { greeting: "forward" } });
    await deployer.apply();
    await deployer.expect(["rollback", "--yes", "--target", "hello"]);
    assert.equal(await greetingOn(hello), "changed");
    await assertSettled(hello);
    assert.match((await deployer.expect(["generations"])).stdout, /confirmed/);
    await deployer.apply();
    assert.equal(await greetingOn(hello), "forward");
    assert.ok((await generation(hello)) > 1);
  });
}
