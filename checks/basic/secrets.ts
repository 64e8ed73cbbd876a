import assert from "node:assert/strict";
import { canary, project } from "./deployer.ts";
import type { Scene } from "./scene.ts";

/** Files that hold a secret on purpose. */
const rightful: Readonly<Record<string, RegExp>> = {
  deployer: /^\/root\/provider\/configuration\.json$/,
  hello:
    /^\/var\/lib\/fediversity\/generations\/[0-9]+\/(?:files\/etc\/probe-hello\.secret|credentials\/probe-hello\.service\/token)$/,
  cowsay:
    /^\/var\/lib\/fediversity\/generations\/[0-9]+\/(?:files\/etc\/probe-cowsay\.secret|credentials\/probe-cowsay\.service\/token)$/,
};

/** Secrets are only where they belong: searched for everywhere. */
export async function secrets({ lab, deployer, hello, cowsay }: Scene): Promise<void> {
  await lab.subtest("secrets reach the services that need them", async () => {
    for (const machine of [hello, cowsay]) {
      const name = `probe-${machine.name}`;
      assert.equal(await machine.succeed(`cat /etc/${name}.secret`), `password=${canary}\n`);
      assert.match(await machine.succeed(`stat -L -c '%a %U' /etc/${name}.secret`), new RegExp(`^600 ${name}`));
      await machine.fail(["su", "-s", "/bin/sh", "nobody", "-c", `cat /etc/${name}.secret`]);
      const token = await machine.succeed(
        `pid=$(systemctl show -P MainPID ${name}.service) && cat /proc/$pid/root/run/credentials/${name}.service/token`,
      );
      assert.match(token.trim(), /^[0-9a-f]{48}$/);
    }
  });

  await lab.subtest("secrets are in no other file, log, event or process list of any machine", async () => {
    const token = (
      await hello.succeed("cat /var/lib/fediversity/current/credentials/probe-hello.service/token")
    ).trim();
    const { stdout, stderr } = await deployer.expect(["apply", "--yes", "--json"]);
    const evaluated = await deployer.expect(["evaluate"]);
    for (const text of [stdout, stderr, evaluated.stdout]) {
      assert.ok(!text.includes(canary) && !text.includes(token), "no secret in what the command prints");
    }
    for (const machine of [deployer.machine, hello, cowsay]) {
      for (const secret of [canary, token]) {
        const found = await machine.execute(
          [
            "grep",
            "-rlF",
            "--exclude-dir=proc",
            "--exclude-dir=sys",
            "--exclude-dir=dev",
            "--exclude-dir=credentials",
            "-e",
            secret,
            "/etc",
            "/var",
            "/root",
            "/home",
            "/tmp",
            "/run",
            "/usr/local",
          ],
          { timeout: 60_000 },
        );
        const wrong = found.stdout
          .split("\n")
          .filter((path) => path !== "" && rightful[machine.name]?.test(path) !== true);
        assert.deepEqual(
          wrong.filter((path) => !path.startsWith("/etc/probe-")),
          [],
          `on ${machine.name}`,
        );
        const journal = await machine.execute([
          "sh",
          "-c",
          'journalctl --no-pager -o export | grep -cF -e "$0"',
          secret,
        ]);
        assert.equal(journal.stdout.trim(), "0", `in the journal of ${machine.name}`);
      }
    }
  });

  await lab.subtest("process lists never showed a secret while applying", async () => {
    await deployer.configure({ hello: { greeting: "watched" }, cowsay: { greeting: "watched" } });
    const watch =
      'while ! test -e /tmp/stop; do cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null | tr "\\0" "\\n"; done | grep -F -m 1 -e "$0"; rm -f /tmp/stop';
    const machines = [deployer.machine, hello, cowsay];
    // The watch looks for what the secret begins with and is itself in the list with a part of it only.
    const watching = machines.map((machine) =>
      machine.execute(["sh", "-c", watch.replace('"$0"', '"${0%?}"'), `${canary}_`], { timeout: 120_000 }),
    );
    await deployer.apply();
    for (const machine of machines) await machine.succeed("touch /tmp/stop");
    for (const [index, result] of (await Promise.all(watching)).entries()) {
      const lines = result.stdout.split("\n").filter((line) => line.includes(canary) && !line.includes(`${canary}_`));
      assert.deepEqual(lines, [], machines[index]?.name);
    }
  });

  await lab.subtest("a rotated secret reaches the machine and restarts only what uses it", async () => {
    const before = await hello.succeed("cat /var/lib/fediversity/current/credentials/probe-hello.service/token");
    await deployer.expect(["rotate", "probe-hello/token", "--yes"]);
    await deployer.apply();
    assert.notEqual(
      await hello.succeed("cat /var/lib/fediversity/current/credentials/probe-hello.service/token"),
      before,
    );
  });

  await lab.subtest("secrets at rest are encrypted, and the identity is for its owner alone", async () => {
    await deployer.machine.succeed(`grep -q ciphertext ${project}/.fediversity/example.org/journal.jsonl`);
    assert.equal((await deployer.machine.succeed("stat -c %a /root/.config/fediversity/identity")).trim(), "600");
  });
}
