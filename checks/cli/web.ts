import assert from "node:assert/strict";
import { isObject } from "../../src/model/json.ts";
import type { Operator } from "./deployer.ts";
import type { Scene } from "./scene.ts";

/** Where the client keeps what it trusts. */
const authorities = "/root/authorities.pem";

/** Lets the client's curl trust the authorities of the lab, as its browser does. */
export async function prepareClient({ client, authority, hastyAuthority }: Scene): Promise<void> {
  await client.writeFile(authorities, `${authority.issuerRoot}${hastyAuthority.issuerRoot}`);
}

/** Fetches a URL as a stranger on the internet, with certificates checked. @returns the body */
export function fetchText({ client }: Scene, url: string, more: readonly string[] = []): Promise<string> {
  return client.succeed([
    ...["curl", "--silent", "--show-error", "--fail-with-body", "--max-time", "20", "--cacert", authorities],
    ...more,
    url,
  ]);
}

/** Fetches a JSON document. */
export async function fetchJson(
  scene: Scene,
  url: string,
  more: readonly string[] = [],
): Promise<Record<string, unknown>> {
  const document: unknown = JSON.parse(await fetchText(scene, url, more));
  assert.ok(isObject(document), `${url} is an object`);
  return document;
}

/** The applications' own word on their title. */
export async function titleOf(scene: Scene, { domain }: Operator, application: string): Promise<unknown> {
  if (application === "peertube") {
    const { instance } = await fetchJson(scene, `https://peertube.${domain}/api/v1/config`);
    return isObject(instance) ? instance["name"] : undefined;
  }
  return (await fetchJson(scene, `https://${application}.${domain}/api/v1/instance`))["title"];
}

/**
 * The applications' own word on what they are about, in one sentence. Not Pixelfed's: it tells everybody a sentence of its
 * config/app.php, whatever INSTANCE_DESCRIPTION says; only its administrators' page for diagnostics shows that.
 */
export async function descriptionOf(
  scene: Scene,
  { domain }: Operator,
  application: "mastodon" | "peertube" | "snac",
): Promise<unknown> {
  const at = (path: string) => fetchJson(scene, `https://${application}.${domain}${path}`);
  if (application === "mastodon") return (await at("/api/v2/instance"))["description"];
  if (application === "snac") return (await at("/api/v1/instance"))["short_description"];
  const { instance } = await at("/api/v1/config");
  return isObject(instance) ? instance["shortDescription"] : undefined;
}

/** PeerTube's own word on what it is about, at length. */
export async function aboutOf(scene: Scene, { domain }: Operator): Promise<unknown> {
  const { instance } = await fetchJson(scene, `https://peertube.${domain}/api/v1/config/about`);
  return isObject(instance) ? instance["description"] : undefined;
}

/** Every name that the applications of an operator have. */
export function hostsOf({ domain }: Operator): readonly string[] {
  const applications = ["mastodon", "peertube", "pixelfed", "snac"];
  const media = ["mastodon", "peertube", "pixelfed"].map((name) => `media.${name}`);
  return [...applications, ...media, "s3"].map((name) => `${name}.${domain}`);
}
