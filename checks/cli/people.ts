import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Operator } from "./deployer.ts";
import { picture } from "./people/picture.ts";
import { recordVideo } from "./people/record-video.ts";
import { signInMastodon, signInPeertube, signInPixelfed, signInSnac } from "./people/sign-in.ts";
import { uploadAvatarMastodon, uploadPhotoPixelfed, uploadVideoPeertube } from "./people/upload.ts";
import type { Scene } from "./scene.ts";

/** What a person's visit left: where the uploaded files are shown. */
export interface Visit {
  readonly avatar: string;
  readonly photo: string;
  readonly video: string;
}

/** The initial user signs in to each application in the browser, and uploads something to each that takes files. */
export async function visitAll(scene: Scene, { domain }: Operator, label: string): Promise<Visit> {
  const { browser, password, lab } = scene;
  const { driver } = browser;
  const url = (application: string): string => `https://${application}.${domain}`;
  const email = `ada@${domain}`;
  const file = join(lab.folder, "picture.png");
  await writeFile(file, picture(64));
  const video = join(lab.folder, "video.webm");

  await signInMastodon(driver, { url: url("mastodon"), email, password });
  await browser.screenshot(`${label} mastodon`);
  const avatar = await uploadAvatarMastodon(driver, { url: url("mastodon"), picture: file });

  await signInPixelfed(driver, { url: url("pixelfed"), email, password });
  await browser.screenshot(`${label} pixelfed`);
  const { photo } = await uploadPhotoPixelfed(driver, {
    url: url("pixelfed"),
    photo: file,
    host: `media.pixelfed.${domain}`,
  });
  await browser.screenshot(`${label} pixelfed photo`);

  await signInPeertube(driver, { url: url("peertube"), username: "ada", password });
  await recordVideo(driver, video);
  const { file: playing } = await uploadVideoPeertube(driver, {
    url: url("peertube"),
    video,
    name: "A second of colours",
  });
  await browser.screenshot(`${label} peertube`);

  await signInSnac(driver, { url: url("snac"), username: "ada", password });
  await browser.screenshot(`${label} snac`);

  assert.equal(new URL(avatar).host, `media.mastodon.${domain}`);
  assert.equal(new URL(photo).host, `media.pixelfed.${domain}`);
  assert.equal(new URL(playing).host, `media.peertube.${domain}`);
  return { avatar, photo, video: playing };
}
