import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { runOk, run } from "../../src/providers/process/run.ts";
import { readIdentityFile, isAlive } from "../../src/providers/local-machine/process-identity.ts";
import { defineCheck } from "./check.ts";
import { clearDeadLabs } from "./lab-record.ts";
import { createLab, defaultCache } from "./lab.ts";
import type { TestMachine } from "./test-machine.ts";

/** The check of the test driver itself: what it promises to authors of checks. */
export const check = defineCheck({
  name: "driver",
  async run(lab) {
    const one = lab.machine("one", { aliases: ["one.example.org"] });
    const two = lab.machine("two", { disk: 64 * 1024 ** 2, memory: 512 * 1024 ** 2 });
    const three = lab.machine("three", { files: [{ path: "/etc/greeting", content: "hello\n", mode: 0o600 }] });
    await lab.start();
    const answers = (from: TestMachine, to: TestMachine): Promise<boolean> =>
      from
        .execute(["timeout", "2", "bash", "-c", ': <"/dev/tcp/$0/22"', to.address])
        .then((result) => result.code === 0);

    await lab.subtest("machines run systemd and know their names", async () => {
      for (const machine of lab.machines) {
        assert.equal((await machine.succeed("hostname")).trim(), machine.name);
        await machine.waitForUnit("ssh.service");
        await machine.waitForOpenPort(22);
        assert.equal((await machine.execute("systemctl is-system-running --wait")).stdout.trim(), "running");
      }
      assert.equal((await three.succeed("stat --format=%a /etc/greeting; cat /etc/greeting")).trim(), "600\nhello");
    });

    await lab.subtest("names lead to machines, and there is no internet", async () => {
      assert.match(await two.succeed("getent hosts one"), new RegExp(`^${one.address.replaceAll(".", "\\.")} `));
      assert.match(await two.succeed("getent hosts one.example.org"), /^10\./);
      const begin = performance.now();
      await two.fail("getent hosts deb.debian.org");
      assert.ok(performance.now() - begin < 2000, "an unknown name is refused at once");
      assert.equal((await two.succeed("ip route show default")).trim(), "");
      assert.ok(await answers(two, one));
    });

    await lab.subtest("what a command prints and how it ends come through", async () => {
      assert.deepEqual(await one.execute(["sh", "-c", "cat; echo bad >&2; exit 7"], { input: "in" }), {
        code: 7,
        stdout: "in",
        stderr: "bad\n",
      });
      assert.equal(await one.succeed(["printf", "%s", "a b$(c)"]), "a b$(c)");
      await assert.rejects(one.succeed("exit 3"), { code: "check-command" });
      await assert.rejects(one.fail("true"), { code: "check-command" });
      await assert.rejects(one.succeed("sleep 30", { timeout: 300 }), { code: "command-timeout" });
      await assert.rejects(one.waitUntilSucceeds("false", { timeout: 300 }), { code: "check-timeout" });
      await assert.rejects(one.waitForUnit("nothing.service"), { code: "check-unit" });
      assert.match(await one.succeed("env"), /^HOME=\/root$/m);
    });

    await lab.subtest("files go in and out", async () => {
      const folder = await mkdtemp(join(tmpdir(), "fediversity-check-"));
      try {
        await writeFile(join(folder, "a"), "content\n");
        await one.copyFromHost(folder, "/srv/in");
        await one.copyFromHost(join(folder, "a"), "/srv/b");
        assert.equal(await one.readFile("/srv/in/a"), await one.readFile("/srv/b"));
        await one.writeFile("/srv/in/c", "new\n", 0o640);
        await one.copyFromMachine("/srv/in", join(folder, "out"));
        assert.equal(await readFile(join(folder, "out/c"), "utf8"), "new\n");
        assert.equal((await stat(join(folder, "out/c"))).mode & 0o777, 0o640);
        await one.copyFromMachine("/srv/b", join(folder, "renamed"));
        assert.equal(await readFile(join(folder, "renamed"), "utf8"), "content\n");
        await one.waitForFile("/srv/b");
      } finally {
        await rm(folder, { recursive: true });
      }
    });

    await lab.subtest("a program of this computer reaches the machines over SSH", async () => {
      const [command, ...args] = [...lab.namespaceCommand, "ssh", "-F", lab.ssh.config, "one", "hostname"];
      assert.equal(await runOk(command, args), "one\n");
    });

    await lab.subtest(
      "a cut network is cut at once, also for connections that are open, and can be mended",
      async () => {
        const [command, ...args] = [...lab.namespaceCommand, "ssh", "-F", lab.ssh.config, "one", "cat"];
        const session = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
        const echoes = createInterface({ input: session.stdout })[Symbol.asyncIterator]();
        session.stdin.write("before\n");
        assert.equal((await echoes.next()).value, "before");
        await one.block();
        session.stdin.write("while cut\n");
        assert.equal(await answers(two, one), false);
        assert.equal(await answers(two, three), true);
        assert.equal(session.exitCode, null, "the open connection hears nothing");
        await one.unblock();
        assert.equal((await echoes.next()).value, "while cut");
        session.stdin.end();
        await once(session, "exit");
        assert.ok(await answers(two, one));
      },
    );

    await lab.subtest("a machine whose power fails comes back with what it had written", async () => {
      const before = await one.bootId();
      await one.succeed("echo kept >/var/lib/kept; sync -f /var/lib/kept");
      await one.crash();
      assert.equal(await one.isRunning(), false);
      assert.equal(await answers(two, one), false);
      await one.start();
      assert.notEqual(await one.bootId(), before);
      assert.equal(await one.readFile("/var/lib/kept"), "kept\n");
    });

    await lab.subtest("a reboot comes back, also when the network is cut meanwhile", async () => {
      const before = await one.bootId();
      await one.reboot();
      assert.notEqual(await one.bootId(), before);
      await one.block();
      await one.reboot();
      assert.equal(await answers(two, one), false);
      await one.unblock();
      await one.waitUntilReachable();
      assert.ok(await answers(two, one));
    });

    await lab.subtest("a shut down machine is off until it is started", async () => {
      await three.shutdown();
      assert.equal(await three.isRunning(), false);
      await assert.rejects(three.succeed("true"), { code: "machine-not-running" });
      await three.start();
      assert.match(await three.succeed("journalctl --no-pager --boot=-1"), /Reached target poweroff\.target/);
    });

    await lab.subtest("a disk can be full", async () => {
      await two.fillDisk();
      const { stderr } = await two.fail(["dd", "if=/etc/hostname", "of=/var/lib/more"]);
      assert.match(stderr, /No space left on device/);
      await two.freeDisk();
      await two.succeed("echo more >/var/lib/more");
      await assert.rejects(one.fillDisk(), { code: "check-no-disk" });
    });

    await lab.subtest("added delay is seen, or refused with the reason", async () => {
      const refused = await one.delay(200).then(
        () => undefined,
        (error: unknown) => error,
      );
      if (refused !== undefined) {
        assert.equal((refused as { code?: string }).code, "no-netem");
        return;
      }
      const begin = performance.now();
      assert.ok(await answers(two, one));
      assert.ok(performance.now() - begin >= 200);
      await one.delay(0);
    });

    await lab.subtest("one machine reaches the Debian archive, the others do not", async () => {
      await lab.archive(one);
      await one.succeed("apt-get update");
      await one.succeed("apt-get install --yes --download-only hello");
      const proxy = (await one.succeed("apt-config dump Acquire::http::Proxy")).split('"')[1] ?? "";
      const ask = [
        "bash",
        "-c",
        'exec 3<>"/dev/tcp/${0%:*}/${0#*:}"; printf "GET $1 HTTP/1.0\\r\\n\\r\\n" >&3; head -1 <&3',
        proxy.replace("http://", ""),
      ];
      const uri = /^deb (\S+)/.exec(await one.readFile("/etc/apt/sources.list"))?.[1] ?? "";
      const release = `${uri}dists/trixie/InRelease`;
      assert.match(await one.succeed([...ask, release]), / 200 /);
      assert.match(await one.succeed([...ask, "http://example.org/"]), / 403 /);
      assert.equal((await two.execute([...ask, release])).stdout, "");
    });

    await lab.subtest("the logs of a machine are kept, whether it runs or not", async () => {
      await two.crash();
      const folder = await lab.keepLogs("on demand");
      for (const machine of lab.machines) {
        assert.match(await readFile(join(folder, machine.name, "journal.txt"), "utf8"), /systemd/);
        assert.match(await readFile(join(folder, machine.name, "console.txt"), "utf8"), /Welcome to/);
      }
      await two.start();
    });

    await lab.subtest("two labs at once do not touch each other", async () => {
      const other = await createLab({ name: "driver-other", print: () => undefined });
      try {
        const namesake = other.machine("one");
        await other.start();
        assert.equal(namesake.address, one.address);
        assert.notEqual(namesake.hostKey(), one.hostKey());
        await namesake.fail("test -e /var/lib/kept");
        await one.succeed("test -e /var/lib/kept");
      } finally {
        await other.remove();
      }
      assert.equal((await run("test", ["-e", other.folder])).code, 1);
      assert.equal((await run("ip", ["netns", "pids", other.network.name])).code, 1);
      assert.ok(await answers(two, one));
    });

    await lab.subtest("what a killed runner leaves is cleared by the next lab", async () => {
      const program = join(import.meta.dirname, "testing/endless-lab.ts");
      const runner = spawn(process.execPath, [program], { stdio: ["ignore", "pipe", "inherit"] });
      const [line] = (await once(runner.stdout, "data")) as [Buffer];
      const { folder, namespace } = JSON.parse(line.toString("utf8")) as { folder: string; namespace: string };
      const supervisor = await readIdentityFile(join(folder, "machines/orphan/supervisor"));
      runner.kill("SIGKILL");
      await once(runner, "exit");
      assert.ok(supervisor !== undefined && (await isAlive(supervisor)), "the machine outlives its runner");
      const next = await createLab({ name: "driver-next" });
      await next.remove();
      assert.equal(await isAlive(supervisor), false);
      assert.equal((await run("test", ["-e", folder, "-o", "-e", namespace])).code, 1);
      assert.equal(
        (await runOk("losetup", ["--list", "--noheadings", "--output", "BACK-FILE"])).includes(folder),
        false,
      );
      assert.equal((await run("ls", [join(defaultCache, "labs")])).stdout.includes("endless"), false);
    });

    await lab.subtest("Ctrl-C removes everything before the runner ends", async () => {
      const program = join(import.meta.dirname, "testing/endless-lab.ts");
      const runner = spawn(process.execPath, [program], { stdio: ["ignore", "pipe", "ignore"] });
      const [line] = (await once(runner.stdout, "data")) as [Buffer];
      const { folder, namespace } = JSON.parse(line.toString("utf8")) as { folder: string; namespace: string };
      runner.kill("SIGINT");
      const [code] = (await once(runner, "exit")) as [number];
      assert.equal(code, 130);
      assert.equal((await run("test", ["-e", folder, "-o", "-e", namespace])).code, 1);
    });

    await lab.subtest("the example of the documentation passes, run as its reader runs it", async () => {
      const program = join(import.meta.dirname, "../../docs/examples/greeting.check.ts");
      const output = await runOk(process.execPath, [...process.execArgv, program]);
      assert.match(output, /^✓ a power failure is survived/m);
      assert.match(output, /^3 passed, 0 failed$/m);
    });

    await lab.subtest("a failing check says what failed, keeps logs, and on wish the machines", async () => {
      const out = await mkdtemp(join(tmpdir(), "fediversity-check-"));
      const program = join(import.meta.dirname, "testing/failing.check.ts");
      try {
        const { code, stdout } = await run(process.execPath, [program, "--keep-failed", "--out", out]);
        assert.equal(code, 1);
        assert.match(stdout, /^✓ passes/m);
        assert.match(stdout, /^✗ fails .*\n {4}only: it ended with exit code 3/m);
        assert.doesNotMatch(stdout, /never reached/);
        assert.match(stdout, /^1 passed, 1 failed$/m);
        const logs = join(out, "driver-failing/fails/only");
        assert.match(await readFile(join(logs, "journal.txt"), "utf8"), /tell-tale line/);
        assert.match(await readFile(join(logs, "var-lib-fediversity.txt"), "utf8"), /generation/);
        const [command = "", ...args] = (/^ {2}(nsenter .*)$/m.exec(stdout)?.[1] ?? "").split(" ");
        assert.equal(await runOk(command, [...args, "hostname"]), "only\n", "the printed command leads in");
        assert.deepEqual(await clearDeadLabs(defaultCache, { name: "driver-other" }), []);
        assert.equal((await clearDeadLabs(defaultCache, { name: "driver-failing" })).length, 1);
        assert.notEqual((await run(command, [...args, "hostname"])).code, 0);
      } finally {
        await rm(out, { recursive: true });
      }
    });

    await lab.subtest("interactive mode stops with the machines up until Ctrl-C", async () => {
      const program = join(import.meta.dirname, "testing/failing.check.ts");
      const runner = spawn(process.execPath, [program, "--interactive"], { stdio: ["ignore", "pipe", "ignore"] });
      let output = "";
      for await (const line of createInterface({ input: runner.stdout })) {
        output += `${line}\n`;
        if (line.startsWith("Ctrl-C")) break;
      }
      const [command = "", ...args] = (/^ {2}(nsenter .*)$/m.exec(output)?.[1] ?? "").split(" ");
      assert.equal(await runOk(command, [...args, "hostname"]), "only\n");
      runner.kill("SIGINT");
      const [code] = (await once(runner, "exit")) as [number];
      assert.equal(code, 130);
      assert.notEqual((await run(command, [...args, "hostname"])).code, 0);
    });
  },
});
