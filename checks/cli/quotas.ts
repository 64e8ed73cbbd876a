import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Failure } from "../../src/model/failure.ts";
import { ada, outcomes } from "./deployer.ts";
import { signInMastodon, signInPixelfed } from "./people/sign-in.ts";
import { uploadAvatarMastodon, uploadPhotoPixelfed } from "./people/upload.ts";
import { picture } from "./people/picture.ts";
import type { Scene } from "./scene.ts";
import { fetchText } from "./web.ts";

/** A bucket that is full. */
export async function quotas(scene: Scene): Promise<void> {
  const { lab, deployer, targets, browser, password } = scene;
  const { driver } = browser;
  const email = "ada@example.org";
  const mastodon = "https://mastodon.example.org";

  await lab.subtest(
    "what a bucket has no room for is refused with a reason, the rest goes on, and more room is enough",
    async () => {
      const [small, large] = [join(lab.folder, "small.png"), join(lab.folder, "large.png")];
      await writeFile(small, picture(32));
      await writeFile(large, picture(640, "noise"));
      const events = await deployer.apply(ada, 0, { BUCKET_QUOTA: "1000000" });
      for (const [component, outcome] of Object.entries(outcomes(events))) {
        assert.equal(outcome, component === "machine/garage" ? "updated" : "unchanged", component);
      }
      await driver.manage().deleteAllCookies();
      await signInMastodon(driver, { url: mastodon, email, password });
      const begun = (await targets.mastodon.succeed("date +%s")).trim();
      await assert.rejects(uploadAvatarMastodon(driver, { url: mastodon, picture: large }), Failure);
      await browser.screenshot("full bucket");
      // What the person sees is the application's; whoever runs it finds out why.
      const journal = ["journalctl", "--no-pager", "--output=cat", "--unit=mastodon-web", `--since=@${begun}`];
      assert.match(await targets.mastodon.succeed(journal), /quota/i);

      const avatar = await uploadAvatarMastodon(driver, { url: mastodon, picture: small });
      await fetchText(scene, avatar, ["--output", "/dev/null"]);
      const pixelfed = { url: "https://pixelfed.example.org", email, password };
      await signInPixelfed(driver, pixelfed);
      await uploadPhotoPixelfed(driver, { ...pixelfed, photo: small, host: "media.pixelfed.example.org" });

      await deployer.apply(ada);
      const shown = await uploadAvatarMastodon(driver, { url: mastodon, picture: large });
      await fetchText(scene, shown, ["--output", "/dev/null"]);
    },
  );
}
