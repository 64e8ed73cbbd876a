import assert from "node:assert/strict";
import { test } from "node:test";
import { emptyState, type State } from "../engine/state/state.ts";
import type { SecretDeclaration } from "../model/secret.ts";
import { generatedPassword } from "./generated-password.ts";
import { plain } from "./rendering/line.ts";

const generated: SecretDeclaration = { origin: "generated", format: "alphanumeric", length: 24 };
const name = "initial-user/password";

/** What is said after a run of a deployment with this secret, which was or was not known before. */
async function said(
  declaration: SecretDeclaration | undefined,
  known: boolean,
  made = true,
): Promise<readonly string[]> {
  const sealed: State["secrets"] = { [name]: { declaration: generated, revision: "1", ciphertext: "" } };
  let secrets: State["secrets"] = known ? sealed : {};
  const engine = {
    state: () => Promise.resolve({ ...emptyState, secrets }),
    reveal: (secret: string) => Promise.resolve(`value of ${secret}`),
  };
  const declared = declaration === undefined ? {} : { [name]: declaration };
  const deployment = { name: "example.org", environment: "test", components: {}, secrets: declared };
  const say = await generatedPassword(engine, deployment);
  if (made) secrets = sealed;
  return (await say()).map(plain);
}

test("a password that a run makes is said after it, and only then", async () => {
  const [first = "", second = ""] = await said(generated, false);
  assert.equal(first, `The password of the first accounts is value of ${name}`);
  assert.match(second, /`fediversity reveal`/);
  assert.deepEqual(await said(generated, true), []);
  assert.deepEqual(await said(generated, false, false), [], "a run that ended before it made one");
});

test("another secret is said in the words of its declaration, and without such words never", async () => {
  const secrets: State["secrets"] = {
    "app/link": { declaration: generated, revision: "1", ciphertext: "" },
    "app/key": { declaration: generated, revision: "2", ciphertext: "" },
  };
  let state: State = emptyState;
  const engine = {
    state: () => Promise.resolve(state),
    reveal: (secret: string) => Promise.resolve(`value of ${secret}`),
  };
  const declared = { "app/link": { ...generated, announcement: "Begin at" }, "app/key": generated };
  const deployment = { name: "example.org", environment: "test", components: {}, secrets: declared };
  const say = await generatedPassword(engine, deployment);
  state = { ...emptyState, secrets };
  const [first = "", ...others] = (await say()).map(plain);
  assert.equal(first, "Begin at value of app/link");
  assert.equal(others.length, 1);
});

test("one that the operator wrote is not repeated", async () => {
  assert.deepEqual(await said({ origin: "given" }, false), []);
  assert.deepEqual(await said(undefined, false), []);
});
