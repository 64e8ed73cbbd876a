import assert from "node:assert/strict";
import type { Operator } from "../deployer.ts";
import type { Scene } from "../scene.ts";
import { fetchText } from "../web.ts";

/** Asks PeerTube and Pixelfed for a new password, which they send by mail. */
export async function askForMails(scene: Scene, { domain }: Operator): Promise<void> {
  const email = ["--data-urlencode", `email=ada@${domain}`];
  await fetchText(scene, `https://peertube.${domain}/api/v1/users/ask-reset-password`, email);
  const pixelfed = `https://pixelfed.${domain}/password`;
  const jar = ["--cookie", `/root/cookies-${domain}`, "--cookie-jar", `/root/cookies-${domain}`];
  const form = await fetchText(scene, `${pixelfed}/reset`, jar);
  const token = /name="_token" value="([^"]+)"/.exec(form)?.[1];
  assert.ok(token !== undefined, "Pixelfed has a form for who forgot the password");
  await fetchText(scene, `${pixelfed}/email`, [...jar, "--data-urlencode", `_token=${token}`, ...email]);
}
