import assert from "node:assert/strict";
import type { FailureReport } from "../../src/model/failure.ts";
import { everything } from "./applications.ts";
import { carol, imageStore, outcomes, project, reportIn } from "./deployer.ts";
import type { TestMachine } from "../driver/test-machine.ts";
import type { Scene } from "./scene.ts";

/** Nothing half-made is on the machine. */
async function nothingYet(one: TestMachine): Promise<void> {
  await one.fail("test -e /var/lib/fediversity/pending || ls /etc/caddy/sites");
  await one.fail("readlink /var/lib/fediversity/current | grep -v '/0$'");
}

/** A registry that gives nothing: of the lab, which official images do not come from. */
async function registryTrouble(scene: Scene, failing: (component: string) => Promise<FailureReport>): Promise<void> {
  const { deployer, registry, targets } = scene;
  const { machine } = deployer;
  // Locks the images, where nobody has done so yet.
  await deployer.expect(carol, ["plan"]);
  await registry.stop();
  const lock = await machine.readFile(`${project}/fediversity.images.json`);
  await machine.succeed(["rm", "-rf", imageStore]);
  assert.equal((await failing("machine/machine")).code, "registry-unreachable");
  await registry.start();
  await machine.writeFile(
    `${project}/fediversity.images.json`,
    lock.replace(/(pixelfed:v[^"]*": ")sha256:[0-9a-f]{4}/, "$1sha256:0000"),
  );
  const report = await failing("machine/machine");
  assert.equal(report.code, "image-unknown");
  assert.match(report.subject ?? "", /pixelfed/);
  await nothingYet(targets.one);
  await machine.writeFile(`${project}/fediversity.images.json`, lock);
}

/** What goes wrong around a deployment says what it is, leaves nothing half-made, and running it again completes it. */
export async function trouble(scene: Scene): Promise<void> {
  const { lab, deployer, targets, nameServer, authority } = scene;
  const { machine } = deployer;
  const { one } = targets;
  const snac = { snac: { title: "snac of Ada" } };
  const failing = async (component: string): Promise<FailureReport> =>
    reportIn(await deployer.apply(carol, "failure"), component);

  await deployer.configure(carol, snac);

  await lab.subtest("DNS that refuses the key is named", async () => {
    const key = await machine.readFile(`${project}/dns.key`);
    await machine.writeFile(`${project}/dns.key`, `${Buffer.alloc(32, 7).toString("base64")}\n`, 0o600);
    try {
      const report = await failing("dns-record/snac.example.com");
      assert.equal(report.code, "dns-refused");
      assert.deepEqual(await nameServer.lookup("snac.example.com"), []);
      await nothingYet(one);
    } finally {
      await machine.writeFile(`${project}/dns.key`, key, 0o600);
    }
  });

  await lab.subtest("a port that somebody else listens on is named", async () => {
    await one.succeed(
      "systemd-run --quiet --unit=other --service-type=exec perl -MSocket -e 'socket S,PF_INET,SOCK_STREAM,0; setsockopt S,SOL_SOCKET,SO_REUSEADDR,1; bind S,sockaddr_in(443,INADDR_ANY) or die; listen S,1; sleep'",
    );
    try {
      await one.waitForOpenPort(443);
      const report = await failing("machine/machine");
      assert.equal(report.code, "port-taken");
      assert.match(report.found, /tcp\/443 \(perl\)/);
      await nothingYet(one);
    } finally {
      await one.succeed("systemctl stop other");
    }
  });

  await lab.subtest("an ACME server that is down is named by what waits for it", async () => {
    await authority.disconnect();
    try {
      const report = await failing("machine/machine");
      assert.equal(report.code, "rolled-back");
      assert.match(report.found, /https-snac-example-com/);
      assert.match(report.details?.join("\n") ?? "", /acme\.lab\.example/);
      await nothingYet(one);
    } finally {
      await authority.reconnect();
    }
  });

  await deployer.configure(carol, everything);

  if (scene.images.kind === "doubles") {
    await lab.subtest("a registry that is down is named, and so is an image that it does not have", () =>
      registryTrouble(scene, failing),
    );
  } else process.stdout.write("  official images come from no registry of the lab: its failures are not tried\n");

  await lab.subtest("a mail server that is down stops nothing, and running it all again completes it", async () => {
    await scene.mail.stop();
    const begun = performance.now();
    try {
      const events = await deployer.apply(carol);
      process.stdout.write(`    everything on one machine: ${((performance.now() - begun) / 1000).toFixed(0)} s\n`);
      assert.ok(Object.values(outcomes(events)).every((outcome) => outcome === "created" || outcome === "unchanged"));
    } finally {
      await scene.mail.start();
    }
  });
}
