import assert from "node:assert/strict";
import type { Lab } from "../driver/lab.ts";
import type { PackageMachine } from "./package-machine.ts";

/** What installing does on a machine without a network, and what it leaves to the units of the system. */
export async function serviceSteps(lab: Lab, at: PackageMachine): Promise<void> {
  const { machine } = at;
  const names = ["cowsay", "hello", "valkey-server"];
  const units =
    "systemctl list-units --plain --no-legend --state=active --type=service,socket,timer | cut -d' ' -f1 | sort";
  const snapshot = await at.snapshot();

  await lab.subtest("packages are installed offline; nothing of theirs starts, now or at the next boot", async () => {
    const before = await machine.succeed(units);
    const result = await at.install(await at.offer(names), names);
    assert.equal(result.code, 0, result.stderr);
    assert.equal(result.stdout, "");
    assert.match(await machine.succeed("/usr/games/cowsay moo"), /moo/);
    assert.equal(await machine.succeed(units), before);
    assert.equal((await machine.execute("systemctl is-enabled valkey-server")).stdout.trim(), "disabled");
    assert.equal(await at.leftovers(), "");
    assert.equal(await machine.succeed("journalctl --quiet --unit=valkey-server"), "", "it never ran");
    await machine.reboot();
    await machine.fail("systemctl -q is-active valkey-server");
    const manual = (await machine.succeed("apt-mark showmanual")).split("\n");
    assert.deepEqual(
      names.filter((name) => !manual.includes(name)),
      [],
    );
    assert.ok(!manual.includes("perl"));
    const record = await at.record();
    assert.deepEqual(
      record.filter((line) => line.endsWith(" wanted")),
      names.map((name) => `${name} purge wanted`),
    );
    assert.ok(record.includes("perl purge needed"));
  });

  await lab.subtest("again changes nothing", async () => {
    const before = [await at.snapshot(), await at.record(), await machine.succeed("cat /var/log/dpkg.log")];
    const result = await at.install(await at.offer(names), names);
    assert.equal(result.code, 0, result.stderr);
    assert.deepEqual([await at.snapshot(), await at.record(), await machine.succeed("cat /var/log/dpkg.log")], before);
  });

  await lab.subtest(
    "a service that runs may be restarted by a package, one that does not run may not be started",
    async () => {
      await machine.succeed("systemctl start valkey-server");
      const pid = await machine.succeed("systemctl show -P MainPID valkey-server");
      const file = await at.build({
        name: "check-restarts",
        unit: "[Service]\nExecStart=sleep infinity\n[Install]\nWantedBy=multi-user.target\n",
        postinst: [
          "deb-systemd-invoke restart valkey-server.service",
          "systemctl daemon-reload",
          "systemctl enable check-restarts.service",
          "deb-systemd-invoke start check-restarts.service",
        ],
      });
      const result = await at.install(file.replace(/\/[^/]*$/, ""), [...names, "check-restarts"]);
      assert.equal(result.code, 0, result.stderr);
      assert.notEqual(await machine.succeed("systemctl show -P MainPID valkey-server"), pid);
      assert.equal(await machine.succeed("journalctl --quiet --unit=check-restarts"), "", "it never ran");
      await machine.succeed("systemctl stop valkey-server");
    },
  );

  await lab.subtest(
    "what a package starts without asking, or under a policy of the machine's own, is stopped",
    async () => {
      const own = "#!/bin/sh\nexit 0\n";
      const unit = "[Service]\nExecStart=sleep infinity\n[Install]\nWantedBy=multi-user.target\n";
      const insists = await at.build({
        name: "check-insists",
        unit,
        postinst: ["systemctl daemon-reload", "systemctl start check-insists.service"],
      });
      const asks = await at.build({
        name: "check-asks",
        unit,
        postinst: [
          "systemctl daemon-reload",
          "systemctl enable check-asks.service",
          "deb-systemd-invoke start check-asks.service",
        ],
      });
      const first = await at.install(insists.replace(/\/[^/]*$/, ""), [...names, "check-insists"]);
      assert.equal(first.code, 0, first.stderr);
      await machine.fail("systemctl -q is-active check-insists.service");
      await machine.writeFile("/usr/sbin/policy-rc.d", own, 0o755);
      const second = await at.install(asks.replace(/\/[^/]*$/, ""), [...names, "check-asks"]);
      assert.equal(second.code, 0, second.stderr);
      assert.match(await machine.succeed("journalctl --unit=check-asks"), /Started/);
      await machine.fail("systemctl -q is-active check-asks.service");
      assert.equal(await machine.readFile("/usr/sbin/policy-rc.d"), own);
      await machine.succeed("rm /usr/sbin/policy-rc.d && systemctl disable check-restarts check-asks");
    },
  );

  await lab.subtest("what is no longer wanted goes with what only it needed; data stays until purged", async () => {
    await machine.succeed("touch /var/lib/valkey/kept");
    const result = await at.remove(["cowsay"], "remove");
    assert.equal(result.code, 0, result.stderr);
    await machine.fail("command -v hello");
    await machine.fail("command -v valkey-server");
    await machine.succeed("/usr/games/cowsay moo; test -e /var/lib/valkey/kept");
    assert.ok(!(await at.record()).some((line) => line.startsWith("check-")));
    assert.equal((await at.remove(["cowsay"], "purge")).code, 0);
    assert.equal((await at.remove([], "purge")).code, 0);
    assert.equal(await at.snapshot(), snapshot);
    assert.deepEqual(await at.record(), []);
  });

  await lab.subtest(
    "a wanted package without its file is an error; a file with other words in it as well",
    async () => {
      const empty = "/var/lib/check/empty";
      await machine.succeed(["mkdir", "-p", empty]);
      const lacking = await at.install(empty, ["hello"]);
      assert.equal(lacking.code, 1);
      assert.match(lacking.stderr, /not installed after all:\nhello/);
      for (const name of ["-y", "hello;reboot", "$(reboot)", "hello cowsay", "Hello", "h"]) {
        assert.equal((await at.install(empty, [name])).code, 2, name);
        assert.equal((await at.remove([name], "purge")).code, 2, name);
      }
      assert.equal(await at.snapshot(), snapshot);
      assert.equal(await at.leftovers(), "/var/lib/check/record.pending\n");
    },
  );
}
