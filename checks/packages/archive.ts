import assert from "node:assert/strict";
import { appendFile, mkdir, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { run, runOk } from "../../src/providers/process/run.ts";
import type { Lab } from "../driver/lab.ts";
import { failsWith, serve, status, withoutNetwork, type Scene } from "./scene.ts";

/** What `resolvePackages` promises, against the real archive. */
export async function archiveSteps(lab: Lab, { folder, cache, resolve }: Scene): Promise<void> {
  await lab.subtest("the first time everything comes from the archive, whole and signed", async () => {
    const { files, texts } = await resolve(["hello", "cowsay"]);
    const names = files.map(({ name }) => name);
    for (const name of ["hello", "cowsay", "perl"]) assert.ok(names.includes(name), `${name} in ${names.join(" ")}`);
    assert.ok(!names.includes("libc6"), "what the machine has is not transferred");
    assert.ok(!names.includes("cowsay-off"), "what is only suggested is not transferred");
    for (const file of files) {
      assert.equal((await stat(file.path)).size, file.size);
      const fields = (await runOk("dpkg-deb", ["--field", file.path, "Package", "Version", "Architecture"])).trim();
      assert.deepEqual(fields.split("\n"), [
        `Package: ${file.name}`,
        `Version: ${file.version}`,
        `Architecture: ${file.architecture}`,
      ]);
    }
    assert.ok(texts.some((text) => text.startsWith("asking the Debian archive")));
    assert.ok(texts.some((text) => text.startsWith("downloading ")));
  });

  await lab.subtest("the second time needs no network, and apt is not asked twice for the same answer", async () => {
    await withoutNetwork(async () => {
      const once = performance.now();
      const { files, texts } = await resolve(["cowsay", "hello"], { status: `${status}\n` });
      const one = performance.now() - once;
      assert.ok(files.length >= 3);
      assert.ok(!texts.some((text) => text.startsWith("downloading ") || text.startsWith("asking ")), texts.join("\n"));
      const begin = performance.now();
      const machines = await Promise.all(Array.from({ length: 24 }, () => resolve(["hello", "cowsay"])));
      const many = performance.now() - begin;
      for (const machine of machines) assert.deepEqual(machine.files, files);
      assert.ok(many < one, `24 machines took ${many.toFixed()} ms, the first one ${one.toFixed()} ms`);
    });
  });

  await lab.subtest("a machine that has everything needs nothing, not even lists", async () => {
    await withoutNetwork(async () => {
      const { files, texts } = await resolve(["libc6"], { cache: join(folder, "unused") });
      assert.deepEqual([files, texts], [[], []]);
    });
  });

  await lab.subtest("a damaged file in the cache is found and fetched again", async () => {
    const { files } = await resolve(["hello"]);
    const hello = files.find(({ name }) => name === "hello");
    assert.ok(hello);
    const right = await readFile(hello.path);
    const damages: readonly (() => Promise<void>)[] = [
      () => appendFile(hello.path, "more"),
      () => writeFile(hello.path, Buffer.concat([right.subarray(0, right.length - 1), Buffer.from([1])])),
      () => writeFile(hello.path, ""),
      () => rm(hello.path),
    ];
    for (const damage of damages) {
      await damage();
      assert.deepEqual((await resolve(["hello"])).files, files);
      assert.deepEqual(await readFile(hello.path), right);
    }
  });

  await lab.subtest("without a network, a file that is not in the cache is a failure that says so", async () => {
    await withoutNetwork(async () => {
      await assert.rejects(resolve(["sl"]), failsWith("archive-unreachable", /127\.0\.0\.1:9/));
      await assert.rejects(
        resolve(["hello"], { cache: join(folder, "nothing") }),
        failsWith("archive-unreachable", /apt's proxy settings/),
      );
    });
  });

  await lab.subtest(
    "lists older than a day are brought up to date, and serve on when the archive does not answer",
    async () => {
      const tomorrow = (): number => Date.now() + 25 * 60 * 60 * 1000;
      await withoutNetwork(async () => {
        const { files, texts } = await resolve(["hello"], { now: tomorrow });
        assert.equal(files.length, 1);
        assert.ok(
          texts.some((text) => text.includes("using the list of packages at hand")),
          texts.join("\n"),
        );
      });
      const { texts } = await resolve(["hello"], { now: () => tomorrow() + 120_000 });
      assert.ok(texts.some((text) => text.startsWith("asking the Debian archive")));
      assert.ok(!texts.some((text) => text.includes("at hand")));
    },
  );

  await lab.subtest("names that are no packages", async () => {
    await assert.rejects(resolve(["helo"]), failsWith("package-unknown", /Did you mean hello\?/));
    await assert.rejects(resolve(["mail-transport-agent"]), failsWith("package-virtual", /postfix/));
    await assert.rejects(resolve(["hello-"]), failsWith("package-unknown"));
    await assert.rejects(resolve(["hel.o"]), failsWith("package-unknown"));
    for (const name of ["-o", "--purge", "Hello", "hello\ncowsay", "hello/sid", "hello=1", "*", "/etc/passwd", ""]) {
      await assert.rejects(resolve([name]), failsWith("package-name-invalid"));
    }
    await assert.rejects(resolve(["hello"], { architecture: 'amd64";' }), failsWith("architecture-invalid"));
  });

  await lab.subtest("packages that exclude each other are refused in apt's own words", async () => {
    await assert.rejects(resolve(["exim4-daemon-light", "postfix"]), failsWith("packages-unsatisfiable", /Conflicts/));
  });

  await lab.subtest("two processes at once fetch once and agree", async () => {
    const shared = join(folder, "shared");
    const program = [
      `import { resolvePackages } from ${JSON.stringify(import.meta.resolve("../../src/providers/machine/packages/resolve-packages.ts"))};`,
      "const chunks = []; for await (const chunk of process.stdin) chunks.push(chunk);",
      "const texts = []; const report = ({ text }) => texts.push(text);",
      "const { install } = await resolvePackages({ ...JSON.parse(Buffer.concat(chunks).toString()), report });",
      "console.log(JSON.stringify({ install, texts }));",
    ].join("\n");
    const input = JSON.stringify({ names: ["hello"], status, architecture: "amd64", cache: shared });
    const results = await Promise.all(
      [1, 2, 3].map(() => run(process.execPath, ["--input-type=module", "--eval", program], { input })),
    );
    for (const result of results) assert.equal(result.code, 0, result.stderr);
    const answers = results.map(({ stdout }) => JSON.parse(stdout) as { install: unknown; texts: string[] });
    for (const answer of answers) assert.deepEqual(answer.install, answers[0]?.install);
    const asked = answers.filter(({ texts }) => texts.some((text) => text.startsWith("asking ")));
    const downloaded = answers.filter(({ texts }) => texts.some((text) => text.startsWith("downloading ")));
    assert.deepEqual([asked.length, downloaded.length], [1, 1]);
  });

  await lab.subtest("a process that is killed while it works leaves nothing that stops the next", async () => {
    const shared = join(folder, "killed");
    for (const delay of [300, 900, 1500, 2100]) {
      const controller = new AbortController();
      const timer = setTimeout(() => controller.abort(), delay);
      await resolve(["hello", "cowsay"], { cache: shared, signal: controller.signal }).then(
        () => undefined,
        (error: unknown) => assert.ok(error instanceof Error && error.name === "AbortError", String(error)),
      );
      clearTimeout(timer);
    }
    assert.ok((await resolve(["hello", "cowsay"], { cache: shared })).files.length >= 3);
    assert.deepEqual(await readdir(join(shared, "packages", "partial")), []);
  });

  await lab.subtest("an index that Debian did not sign is refused", async () => {
    const lists = join(cache, "apt", "trixie-amd64", "lists");
    const release = (await readdir(lists)).find((name) => name.endsWith("_dists_trixie_InRelease"));
    assert.ok(release !== undefined);
    const signed = await readFile(join(lists, release), "utf8");
    const forgeries: Readonly<Record<string, string>> = {
      changed: signed.replace(/^Date: .*$/m, "Date: Thu, 01 Jan 2026 00:00:00 UTC"),
      unsigned: signed
        .replace(/^-----BEGIN PGP SIGNED MESSAGE-----\n(?:.+\n)*\n/, "")
        .replace(/-----BEGIN PGP SIGNATURE[^]*/, ""),
    };
    for (const [kind, text] of Object.entries(forgeries)) {
      assert.notEqual(text, signed);
      const server = await serve({ "/debian/dists/trixie/InRelease": text });
      try {
        const mirrors = [`http://127.0.0.1:${String((server.address() as AddressInfo).port)}/debian`];
        await assert.rejects(
          resolve(["hello"], { cache: join(folder, kind), mirrors }),
          failsWith("archive-signature"),
        );
      } finally {
        server.close();
      }
    }
  });

  await lab.subtest("another vendor's archive is not taken for Debian's", async () => {
    const server = await serve({ "/debian/dists/trixie/InRelease": "Origin: Example\nCodename: trixie\n" });
    try {
      const mirrors = [`http://127.0.0.1:${String((server.address() as AddressInfo).port)}/debian`];
      await assert.rejects(resolve(["hello"], { cache: join(folder, "other"), mirrors }), failsWith("mirror-unknown"));
    } finally {
      server.close();
    }
  });

  await lab.subtest("a full disk is named", async () => {
    const small = join(folder, "small");
    await mkdir(small);
    await runOk("mount", ["-t", "tmpfs", "-o", "size=6m", "tmpfs", small]);
    try {
      await assert.rejects(resolve(["hello"], { cache: small }), failsWith("disk-full"));
    } finally {
      await runOk("umount", [small]);
    }
  });
}
