import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { crc32, deflateSync } from "node:zlib";
import type { Operator } from "./deployer.ts";
import { recordVideo } from "./people/record-video.ts";
import { signInMastodon, signInPeertube, signInPixelfed, signInSnac } from "./people/sign-in.ts";
import { uploadAvatarMastodon, uploadPhotoPixelfed, uploadVideoPeertube } from "./people/upload.ts";
import type { Scene } from "./scene.ts";

/** A picture of one colour: PNG, ISO 15948. */
function picture(size: number): Buffer {
  const chunk = (type: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const head = Buffer.alloc(4);
    head.writeUInt32BE(data.length);
    const sum = Buffer.alloc(4);
    sum.writeUInt32BE(crc32(body));
    return Buffer.concat([head, body, sum]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header.set([8, 2], 8);
  const row = Buffer.concat([Buffer.from([0]), Buffer.alloc(size * 3, 0x7a)]);
  const rows = Buffer.concat(Array.from({ length: size }, () => row));
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(rows)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

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
