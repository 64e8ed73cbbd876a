import assert from "node:assert/strict";
import { until } from "../../src/providers/local-machine/until.ts";
import { outcomes } from "../basic/deployer.ts";
import { assertRestored, type Exceptions } from "../basic/restored.ts";
import { inventory } from "../basic/scene.ts";
import { defineCheck } from "../driver/check.ts";
import { setScene, type Scene } from "./scene.ts";
import type { Visitor } from "./visitor.ts";

const provider = { name: "Grace", email: "grace@hosting.example", password: "a hosting provider's secret" };
const ada = { name: "Ada Lovelace", email: "ada@example.org", password: "an operator's long secret" };

function found(text: string, pattern: RegExp): string {
  const [, value] = pattern.exec(text) ?? [];
  assert.ok(value !== undefined, `${String(pattern)} is not in ${text.replace(/<[^>]+>/g, " ").slice(0, 2000)}`);
  return value;
}

/** The link of the first set-up, as whoever has the identity gets it. */
async function setUpLink({ run }: Scene): Promise<string> {
  return (await run(["reveal", "panel/set-up"])).stdout.trim();
}

async function deploys(scene: Scene): Promise<void> {
  const { lab, deployer, panel, origin, run } = scene;
  await lab.subtest(
    "apply brings the panel up, with a certificate, and says where the first account is made",
    async () => {
      const { stdout } = await run(["apply", "--yes"]);
      const link = await setUpLink(scene);
      assert.match(link, /^https:\/\/panel\.hosting\.example\/invitations\/[\w-]{43}$/);
      assert.ok(stdout.includes(`Make the first account of FediPanel, once and within seven days, at ${link}`), stdout);
      const answer = ["curl", "--silent", "--fail", "--cacert", "/root/authority.pem", `${origin}/health`];
      assert.equal(await deployer.succeed(answer), "healthy\n");
      const [, secret = ""] = link.split("/invitations/");
      assert.ok(!(await panel.journal()).includes(secret), "the link is in the journal");
    },
    { stop: true },
  );

  await lab.subtest("nothing has to be done a second time", async () => {
    for (const outcome of Object.values(outcomes(await scene.apply()))) assert.equal(outcome, "unchanged");
    await run(["plan", "--detailed-exit-code"]);
  });

  await lab.subtest("the panel runs without rights, on files of its own that it cannot change", async () => {
    const inside = (...command: readonly string[]): string[] => ["podman", "exec", "panel-server", ...command];
    assert.match(await panel.succeed(inside("id")), /^uid=8090\(fedipanel\) gid=8090\(fedipanel\)/);
    assert.match(await panel.succeed(inside("grep", "^Cap", "/proc/self/status")), /CapEff:\t0+\nCapBnd:\t0+\n/);
    for (const path of ["/opt/fediversity/x", "/srv/fedipanel/x", "/etc/x"]) await panel.fail(inside("touch", path));
    assert.equal(await panel.succeed(["stat", "--format=%a %u", "/srv/fediversity/panel/data"]), "700 8090\n");
  });
}

/** Makes the first account, an operator, and her account. */
async function invites(scene: Scene): Promise<Visitor> {
  const { lab, panel, visitor } = scene;
  const grace = visitor("grace");
  const operator = visitor("ada");
  await lab.subtest(
    "the revealed link makes the first account, once; an operator is invited and accepts",
    async () => {
      const { pathname: link } = new URL(await setUpLink(scene));
      await grace.get(link);
      await grace.submit(link, provider);
      assert.match((await grace.get("/provider")).text, /Grace/);
      await assert.rejects(visitor("mallory").get(link), /answered 404/);
      await grace.get("/provider/operators/new");
      const made = await grace.submit("/provider/operators", { name: "Ada's services", email: ada.email });
      const page = made.location === "" ? made : await grace.get(made.location);
      const invitation = found(page.text, /https:\/\/panel\.hosting\.example(\/invitations\/[\w-]+)/);
      await operator.get(invitation);
      await operator.submit(invitation, { name: ada.name, password: ada.password });
    },
    { stop: true },
  );
  await lab.subtest("whoever runs the machine lets the only administrator in again, once", async () => {
    const letIn = ["podman", "exec", "panel-server", "fediversity", "panel", "--let-in", provider.email];
    const link = found(await panel.succeed(letIn), /https:\/\/panel\.hosting\.example(\/way-back\/[\w-]{43})/);
    const forgetful = visitor("grace, who forgot");
    await forgetful.get(link);
    await forgetful.submit(link, { password: "a hosting provider's new secret" });
    assert.match((await forgetful.get("/provider")).text, /Grace/);
    await assert.rejects(visitor("mallory").get(link), /answered 404/);
    const { stderr } = await panel.fail([...letIn.slice(0, -1), "grce@hosting.example"]);
    assert.match(stderr, /Did you mean grace@hosting\.example\?/);
  });
  return operator;
}

/** Deploys what is staged, and waits until it is. */
async function deployStaged(visitor: Visitor, staged: string): Promise<void> {
  const review = await visitor.get(staged);
  const mark = found(review.text, /name="mark" value="([^"]+)"/);
  const { location } = await visitor.submit(staged.replace(/review$/, "deploy"), { mark });
  // Live progress comes through the web server at once, and not when the deployment is over.
  assert.match(await visitor.listen(`${location}/events`, 2), /^data: /m);
  const done = await until(
    async () => {
      const { text } = await visitor.get(location);
      return /class="[^"]*\bbad\b|Everything is deployed and healthy/.test(text) ? text : undefined;
    },
    { timeout: 120_000, interval: 1000 },
  );
  assert.match(done ?? "", /Everything is deployed and healthy/, (done ?? "nothing").replace(/<[^>]+>/g, " "));
}

async function carriesOut(scene: Scene, visitor: Visitor): Promise<void> {
  const { lab, deployer, target, nameServer } = scene;
  const { location: home } = await visitor.get("/");
  const operator = found(home, /^(\/operators\/[^/]+)\//);
  const served = async (): Promise<string> =>
    await deployer.succeed([
      ...["curl", "--silent", "--show-error", "--fail", "--cacert", "/root/authority.pem"],
      "https://snac.example.org/api/v1/instance",
    ]);

  await lab.subtest("the panel's own catalogue does not have the panel", async () => {
    const { text } = await visitor.get(`${operator}/add`);
    assert.match(text, /\/add\/snac"/);
    assert.doesNotMatch(text, /<h2>FediPanel<\/h2>/);
    await assert.rejects(visitor.get(`${operator}/add/panel`), /answered 404/);
  });

  await lab.subtest(
    "from inside its container the panel deploys snac to another machine",
    async () => {
      await visitor.get(`${operator}/add/snac`);
      const { location } = await visitor.submit(`${operator}/add/snac`, {
        place: "own",
        domain: "example.org",
        "initialUser.displayName": "Ada Lovelace",
        "initialUser.username": "ada",
        "initialUser.email": ada.email,
        "applications.snac.title": "Ada's place",
      });
      await deployStaged(visitor, location);
      assert.match(await served(), /Ada's place/);
      assert.deepEqual(await nameServer.lookup("snac.example.org"), [target.address]);
    },
    { stop: true },
  );
}

async function survives(scene: Scene, visitor: Visitor): Promise<void> {
  const { lab, panel, deployer, run } = scene;
  await lab.subtest("another version: the database is dumped, a small layer is sent, everything is kept", async () => {
    await scene.useVersion("0.2.0");
    assert.deepEqual(outcomes(await scene.apply())["machine/machine"], "updated");
    await panel.succeed(["test", "-s", "/srv/fediversity/panel/release/before-0.2.0.dump"]);
    assert.match(await panel.succeed(["podman", "ps", "--format={{.Image}}"]), /fedipanel:0\.2\.0/);
    assert.match((await visitor.get((await visitor.get("/")).location)).text, /Ada&#39;s place/);
  });

  await lab.subtest("a version that is not healthy goes back, and the database with it, with the queue", async () => {
    await scene.useVersion("0.3.0");
    await run(["apply", "--yes"], 5);
    assert.match(await panel.succeed(["podman", "ps", "--format={{.Image}}"]), /fedipanel:0\.2\.0/);
    assert.match(await panel.journal("panel-release.service"), /back to what it was before the upgrade from 0\.2\.0/);
    await scene.useVersion("0.2.0");
    await scene.apply();
    await run(["plan", "--detailed-exit-code"]);
  });

  await lab.subtest("a restart of the machine keeps everything", async () => {
    await panel.reboot();
    await deployer.waitUntilSucceeds([
      ...["curl", "--silent", "--fail", "--cacert", "/root/authority.pem", `${scene.origin}/health`],
    ]);
    const { location } = await visitor.get("/");
    const { text } = await visitor.get(location);
    const settings = `${found(text, /href="([^"]*\/applications\/snac)"/)}/settings`;
    await visitor.get(settings);
    const staged = await visitor.submit(settings, { "applications.snac.title": "A place for all" });
    await deployStaged(visitor, staged.location);
    await run(["plan", "--detailed-exit-code"]);
  });
}

const debian: Exceptions = {
  /** What packages of Debian leave when they are purged. */
  left: /^(?:\/var\/lib\/ucf\/|\/etc\/postgresql d |(?:caddy|postgres|ssl-cert):|www-data:x:33:caddy$)/,
  /**
   * The group as it was before the package caddy put its account into it; systemd's link, which the purge of locales
   * deletes; a folder that is empty in the images of labs, which have no manual pages, and which the scripts of
   * postgresql-common then remove (`rmdir -p` in maintscripts-functions).
   */
  missing: /^(?:www-data:x:33:|\/etc\/default\/locale l .* \.\.\/locale\.conf|\/usr\/share\/man d 755 root root )$/,
};

/** FediPanel as an application: deployed by the product, and deploying with it. */
export const check = defineCheck({
  name: "panel-deployed",
  async run(lab) {
    const scene = await setScene(lab);
    try {
      const before = await inventory(scene.panel);
      await deploys(scene);
      const operator = await invites(scene);
      await carriesOut(scene, operator);
      await survives(scene, operator);
      await lab.subtest("destroy keeps the data, and after a purge nothing is left", async () => {
        await scene.run(["destroy", "--yes"]);
        await scene.panel.succeed(["test", "-s", "/srv/fediversity/panel/data/state/.panel/keys.json"]);
        assert.deepEqual(await scene.nameServer.lookup("panel.hosting.example"), []);
        await scene.run(["purge", "--yes"]);
        assertRestored("panel", { before, after: await inventory(scene.panel) }, debian);
      });
    } finally {
      await scene.close();
    }
  },
});
