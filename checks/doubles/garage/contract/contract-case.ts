import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { admin, type AdminAnswer, type S3Client, s3Client, type Target } from "../garage-client.ts";

/** The root domains that the server under test has. */
export const contractDomains = { s3: ".s3.garage.test", web: ".web.garage.test" };

/** One promise of Garage. */
export interface ContractCase {
  readonly name: string;
  /** Whether it must run before the next one does: the others can run side by side. */
  readonly alone?: true;
  run(target: Target): Promise<void>;
}

/** A bucket, as the admin API tells of it. */
export interface BucketInfo {
  readonly id: string;
  readonly globalAliases: readonly string[];
  readonly keys: readonly { readonly accessKeyId: string; readonly permissions: Readonly<Record<string, boolean>> }[];
  readonly quotas: Readonly<Record<string, number | null>>;
  readonly websiteAccess: boolean;
  readonly objects: number;
  readonly bytes: number;
}

/** A key with its secret. */
export interface KeyInfo {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** How objects are laid out on nodes. */
export interface LayoutInfo {
  readonly version: number;
  readonly roles: readonly { readonly id: string; readonly storedPartitions: number; readonly capacity: number }[];
  readonly stagedRoleChanges: readonly unknown[];
  readonly partitionSize: number;
}

/** A name that nothing else has. */
export const unique = (name: string) => `${name}-${randomBytes(6).toString("hex")}`;
export const gigabyte = 1_000_000_000;

/** Sees to it that the admin API refused, and how. */
export function assertError(answer: AdminAnswer, status: number, code: string) {
  assert.equal(answer.status, status, answer.text);
  const error = answer.json as Record<string, unknown>;
  assert.deepEqual(Object.keys(error).toSorted(), ["code", "message", "path", "region"]);
  assert.equal(error["code"], code);
}

/** Makes a call of the admin API that has to succeed. */
export async function call<T>(target: Target, name: string, body?: unknown): Promise<T> {
  const answer = await admin(target, name, body);
  assert.equal(answer.status, 200, `${name}: ${answer.text}`);
  return answer.json as T;
}

const keys = new WeakMap<Target, Promise<KeyInfo>>();

/**
 * A bucket of its own, taken away afterwards. The key is one for all of a target's tests: Garage hashes the token at
 * each call of its admin API so thoroughly that every call saved is seen in the time that the tests take.
 */
export async function withBucket(
  target: Target,
  run: (client: S3Client, bucket: BucketInfo, name: string) => Promise<void>,
) {
  const name = unique("bucket");
  const making = keys.get(target) ?? call<KeyInfo>(target, "CreateKey", { name: "contract" });
  keys.set(target, making);
  const { accessKeyId, secretAccessKey } = await making;
  const allow = { read: true, write: true, owner: true };
  const localAlias = { accessKeyId, alias: `own-${name}`, allow };
  const bucket = await call<BucketInfo>(target, "CreateBucket", { globalAlias: name, localAlias });
  const client = s3Client(target, { id: accessKeyId, secret: secretAccessKey });
  await run(client, bucket, name);
  const listed = await client({ path: `/${name}?list-type=2` });
  for (const found of texts(listed.text, "Key"))
    await client({ method: "DELETE", path: `/${name}/${encodeURI(found)}` });
  for (const alias of [`own-${name}`, name]) {
    const { status, text } = await client({ method: "DELETE", path: `/${alias}` });
    assert.equal(status, 204, text);
  }
}

/** What gives permissions of a bucket to a key. */
export function grant(
  { id }: { id: string },
  { accessKeyId }: { accessKeyId: string },
  permissions: Record<string, boolean>,
) {
  return { bucketId: id, accessKeyId, permissions };
}

/** The texts of all elements of a name. */
export function texts(xml: string, name: string): string[] {
  return [...xml.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, "g"))].map(([, text = ""]) => text);
}

/** Sees to it that S3 refused, and how. */
export async function assertS3Error(answer: Promise<{ status: number; text: string }>, status: number, code: string) {
  const { status: found, text } = await answer;
  assert.equal(found, status, text);
  assert.deepEqual(texts(text, "Code"), [code], text);
}

/** Whether the server can keep objects already. */
export async function hasLayout(target: Target) {
  return (await call<LayoutInfo>(target, "GetClusterLayout")).version > 0;
}
