import assert from "node:assert/strict";
import { outcomes } from "./deployer.ts";
import { assertSettled, generation, startsOf, type Scene } from "./scene.ts";

async function sessions(scene: Scene): Promise<readonly number[]> {
  return await Promise.all(
    [scene.hello, scene.cowsay].map(async (machine) =>
      Number(
        (await machine.succeed("journalctl --quiet --no-pager --grep 'Starting session: command' | wc -l")).trim(),
      ),
    ),
  );
}

/** The first deployment: host keys, what it makes, and that it is not made twice. */
export async function deploys(scene: Scene): Promise<void> {
  const { lab, deployer, hello, cowsay } = scene;
  await deployer.configure({});

  await lab.subtest("the targets have no internet, and nothing but sh, tar, systemd and sshd is there", async () => {
    for (const machine of [hello, cowsay]) {
      assert.equal((await machine.succeed("ip route show default")).trim(), "");
      for (const absent of ["python3", "curl", "wget", "node", "sudo"]) await machine.fail(["which", absent]);
      await machine.fail("test -e /var/lib/fediversity");
    }
  });

  await lab.subtest("an unknown host key is refused, and nothing is changed", async () => {
    const result = await deployer.expect(["apply", "--yes"], 1);
    assert.match(`${result.stdout}${result.stderr}`, /host-key-unknown/);
    assert.match(`${result.stdout}${result.stderr}`, /--accept-new-host-keys/);
    await hello.fail("test -e /var/lib/fediversity");
  });

  await lab.subtest(
    "apply installs hello on one and cowsay on the other, as the operator's user",
    async () => {
      await deployer.expect(["apply", "--yes", "--accept-new-host-keys"]);
      assert.match(await hello.succeed(["su", "-l", "operator", "-c", "hello"]), /Hello, world!/);
      assert.match(await cowsay.succeed(["su", "-l", "operator", "-c", "cowsay moo"]), /< moo >/);
      await hello.fail("su -l operator -c 'command -v cowsay'");
      await cowsay.fail("su -l operator -c 'command -v hello'");
      for (const machine of [hello, cowsay]) await assertSettled(machine);
      assert.equal(await hello.succeed("cat /etc/issue"), "This machine is looked after by Fediversity.\n");
    },
    { stop: true },
  );

  await lab.subtest("a changed host key is refused", async () => {
    const link = "/etc/ssh/ssh_host_ed25519_key";
    await hello.succeed(`mkdir /root/keys && cp -a ${link} ${link}.pub /root/keys`);
    await hello.succeed(`rm ${link} ${link}.pub && ssh-keygen -q -t ed25519 -N '' -f ${link} && systemctl restart ssh`);
    // Connections that are already there were authenticated with the old key.
    await deployer.machine.succeed("rm -rf /tmp/fediversity-0");
    const result = await deployer.run(["plan"]);
    await hello.succeed(`cp -a /root/keys/* /etc/ssh/ && rm -r /root/keys && systemctl restart ssh`);
    assert.equal(result.code, 1);
    assert.match(`${result.stdout}${result.stderr}`, /host-key-changed/);
  });

  await lab.subtest("again is a no-op: one exchange per machine, nothing restarted, nothing written", async () => {
    await deployer.expect(["status"]);
    const [starts, counts, before] = [await startsOf(hello), await sessions(scene), await generation(hello)];
    const journal = await deployer.machine.succeed("cat /root/provider/.fediversity/example.org/journal.jsonl | wc -l");
    const events = await deployer.apply();
    assert.deepEqual(outcomes(events), { "machine/cowsay": "unchanged", "machine/hello": "unchanged" });
    assert.deepEqual(
      await sessions(scene),
      counts.map((count) => count + 1),
    );
    assert.deepEqual(await startsOf(hello), starts);
    assert.equal(await generation(hello), before);
    assert.equal(
      await deployer.machine.succeed("cat /root/provider/.fediversity/example.org/journal.jsonl | wc -l"),
      journal,
    );
  });

  await lab.subtest("status says that everything is well, doctor that everything is ready", async () => {
    const status = await deployer.expect(["status"]);
    assert.match(status.stdout, /machine\/hello/);
    await deployer.expect(["doctor"]);
  });
}
