import assert from "node:assert/strict";
import type { Lab } from "../driver/lab.ts";
import type { PackageMachine } from "./package-machine.ts";

/** What is the administrator's stays the administrator's. */
export async function administratorSteps(lab: Lab, at: PackageMachine): Promise<void> {
  const { machine } = at;
  const snapshot = await at.snapshot();

  await lab.subtest("what an administrator's package depends on stays, as automatically installed", async () => {
    assert.equal((await at.install(await at.offer(["cowsay"]), ["cowsay"])).code, 0);
    await machine.succeed(["dpkg", "--install", await at.build({ name: "check-needs", depends: "perl" })]);
    const result = await at.remove([], "purge");
    assert.equal(result.code, 0, result.stderr);
    await machine.fail("dpkg -s cowsay");
    await machine.succeed("dpkg -s perl && apt-mark showauto | grep -qx perl");
    assert.ok((await at.record()).includes("perl purge needed"));
    await machine.succeed("dpkg --purge check-needs");
    assert.equal((await at.remove([], "purge")).code, 0);
    assert.equal(await at.snapshot(), snapshot);
  });

  await lab.subtest("what the administrator marks as manual is not ours any more", async () => {
    assert.equal((await at.install(await at.offer(["cowsay"]), ["cowsay"])).code, 0);
    await machine.succeed("apt-mark manual libgdbm6t64");
    assert.equal((await at.remove([], "purge")).code, 0);
    await machine.succeed("dpkg -s libgdbm6t64");
    assert.deepEqual(await at.record(), []);
    await machine.succeed("dpkg --purge libgdbm6t64");
    assert.equal(await at.snapshot(), snapshot);
  });

  await lab.subtest("what was there before stays: packages, their marks, configuration of removed ones", async () => {
    const there = await at.build({ name: "check-there", configuration: "packaged\n" });
    const gone = await at.build({ name: "check-gone", configuration: "packaged\n" });
    await machine.succeed(`dpkg --install ${there} ${gone} && apt-mark auto check-there && dpkg --remove check-gone`);
    await machine.writeFile("/etc/check-gone.conf", "the administrator's\n");
    const before = await at.snapshot();
    const files = "/var/lib/check/both";
    await machine.succeed(`mkdir ${files} && cp ${there} ${gone} ${files}`);
    const result = await at.install(files, ["check-gone", "check-there"]);
    assert.equal(result.code, 0, result.stderr);
    assert.equal(await machine.readFile("/etc/check-gone.conf"), "the administrator's\n");
    assert.deepEqual(await at.record(), ["check-gone remove wanted", "check-there auto wanted"]);
    await machine.succeed("apt-mark showmanual | grep -qx check-there");
    assert.equal((await at.remove([], "purge")).code, 0);
    assert.equal(await at.snapshot(), before);
    assert.equal(await machine.readFile("/etc/check-gone.conf"), "the administrator's\n");
    assert.deepEqual(await at.record(), []);
    await machine.succeed("dpkg --purge check-there check-gone");
  });

  await lab.subtest(
    "an upgrade asks nothing, keeps the administrator's configuration and marks, and stays",
    async () => {
      const old = await at.build({ name: "check-old", version: "1", configuration: "one\n" });
      await machine.succeed(`dpkg --install ${old} && apt-mark auto check-old`);
      await machine.writeFile("/etc/check-old.conf", "the administrator's\n");
      const newer = await at.build({ name: "check-old", version: "2", configuration: "two\n" });
      const result = await at.install(newer.replace(/\/[^/]*$/, ""), []);
      assert.equal(result.code, 0, result.stderr);
      assert.equal(await machine.succeed("dpkg-query -W -f='${Version}' check-old"), "2");
      assert.equal(await machine.readFile("/etc/check-old.conf"), "the administrator's\n");
      await machine.succeed("apt-mark showauto | grep -qx check-old");
      assert.equal((await at.remove([], "purge")).code, 0);
      await machine.succeed("dpkg -s check-old && dpkg --purge check-old");
      assert.equal(await at.snapshot(), snapshot);
    },
  );

  await lab.subtest("a lock that somebody holds is waited for", async () => {
    const slow = await at.build({ name: "check-slow", postinst: ["touch /run/check-slow", "sleep 4"] });
    await machine.succeed(["systemd-run", "--quiet", "--unit=check-slow", "dpkg", "--install", slow]);
    await machine.waitForFile("/run/check-slow");
    const result = await at.install(await at.offer(["hello"]), ["hello"]);
    assert.equal(result.code, 0, result.stderr);
    assert.equal((await at.remove([], "purge")).code, 0);
    await machine.succeed("dpkg --purge check-slow");
    assert.equal(await at.snapshot(), snapshot);
  });
}
