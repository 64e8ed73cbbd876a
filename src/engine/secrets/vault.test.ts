import assert from "node:assert/strict";
import { rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import type { SecretDeclaration } from "../../model/secret.ts";
import type { EntryBody } from "../state/entry.ts";
import type { StoredSecret } from "../state/state.ts";
import { failure, temporaryFolder } from "../testing/temporary-folder.ts";
import { redactor } from "./redactor.ts";
import { openVault, type Vault, type VaultOptions } from "./vault.ts";

const generated: SecretDeclaration = { origin: "generated", format: "hex", length: 16 };
const given: SecretDeclaration = { origin: "given" };

function vaultIn(folder: string, options: Partial<VaultOptions> = {}): Promise<Vault> {
  const identityFile = join(folder, "identity.txt");
  return openVault({ declarations: {}, stored: {}, given: {}, identityFile, redactor: redactor(), ...options });
}

function stored(bodies: readonly EntryBody[]): Record<string, StoredSecret> {
  return Object.fromEntries(bodies.flatMap((body) => (body.kind === "secret" ? [[body.name, body.secret]] : [])));
}

async function sealed(
  context: TestContext,
): Promise<{ folder: string; secrets: Record<string, StoredSecret>; value: string }> {
  const folder = temporaryFolder(context);
  const vault = await vaultIn(folder, { declarations: { "db/password": generated } });
  return { folder, secrets: stored(await vault.seal()), value: await vault.reveal("db/password") };
}

test("a secret is new until it is sealed; then it has a value and a revision that says nothing", async (context) => {
  const folder = temporaryFolder(context);
  const vault = await vaultIn(folder, { declarations: { "db/password": generated, key: generated } });
  assert.deepEqual(vault.revisions(), { "db/password": "new", key: "new" });
  await assert.rejects(vault.reveal("key"), failure("secret-new"));
  assert.throws(() => statSync(join(folder, "identity.txt")), "nothing is written before a value is made");
  const bodies = await vault.seal();
  const value = await vault.reveal("db/password");
  assert.match(value, /^[0-9a-f]{32}$/);
  assert.notEqual(await vault.reveal("key"), value);
  assert.notEqual(vault.revision("key"), "new");
  const text = JSON.stringify(bodies);
  assert.ok(!text.includes(value) && !text.includes(Buffer.from(value).toString("base64")));
  assert.deepEqual(await vault.seal(), []);

  const next = await vaultIn(folder, { declarations: { "db/password": generated }, stored: stored(bodies) });
  assert.deepEqual(await next.seal(), []);
  assert.equal(next.revision("db/password"), vault.revision("db/password"));
  assert.equal(await next.reveal("db/password"), value);
});

test("a secret that is not declared any more can still be read, an unknown one cannot", async (context) => {
  const { folder, secrets, value } = await sealed(context);
  const vault = await vaultIn(folder, { stored: secrets });
  assert.equal(await vault.reveal("db/password"), value);
  await assert.rejects(vault.reveal("other"), failure("secret-unknown"));
  assert.equal(vault.revision("other"), "new");
});

test("a given value makes a new revision only when it changes, and stays when it is not given again", async (context) => {
  const folder = temporaryFolder(context);
  const declarations = { password: given };
  const first = stored(await (await vaultIn(folder, { declarations, given: { password: "one" } })).seal());
  const same = await vaultIn(folder, { declarations, given: { password: "one" }, stored: first });
  assert.deepEqual(await same.seal(), []);
  assert.equal(same.revision("password"), first["password"]?.revision);
  const absent = await vaultIn(folder, { declarations, stored: first });
  assert.deepEqual([await absent.seal(), await absent.reveal("password")], [[], "one"]);
  const changed = await vaultIn(folder, { declarations, given: { password: "two" }, stored: first });
  assert.deepEqual([changed.revision("password"), await changed.reveal("password")], ["new", "two"]);
  const second = stored(await changed.seal());
  assert.notEqual(second["password"]?.revision, first["password"]?.revision);
  assert.equal(await (await vaultIn(folder, { declarations, stored: second })).reveal("password"), "two");
});

test("given values and declarations must fit", async (context) => {
  const folder = temporaryFolder(context);
  const declarations = { password: given, key: generated };
  await assert.rejects(vaultIn(folder, { declarations }), failure("secret-missing", /password/));
  await assert.rejects(
    vaultIn(folder, { declarations, given: { password: "x", key: "y" } }),
    failure("secret-unknown", /declared as given: key/),
  );
});

test("rotating makes a new value of a generated secret, and of no other", async (context) => {
  const { folder, secrets, value } = await sealed(context);
  const declarations = { "db/password": generated, password: given };
  const vault = await vaultIn(folder, { declarations, stored: secrets, given: { password: "one" } });
  await assert.rejects(vault.seal(["password"]), failure("secret-not-generated"));
  await assert.rejects(vault.seal(["nothing"]), failure("secret-unknown"));
  const bodies = await vault.seal(["db/password"]);
  assert.deepEqual(Object.keys(stored(bodies)).toSorted(), ["db/password", "password"]);
  assert.notEqual(await vault.reveal("db/password"), value);
  assert.notEqual(vault.revision("db/password"), secrets["db/password"]?.revision);
});

test("with a lost or another identity nothing is made anew", async (context) => {
  const { folder, secrets } = await sealed(context);
  const file = join(folder, "identity.txt");
  const declarations = { "db/password": generated, more: generated };
  rmSync(file);
  const lost = await vaultIn(folder, { declarations, stored: secrets });
  await assert.rejects(lost.verify(), failure("secrets-unreadable", /not there/));
  await assert.rejects(lost.seal(), failure("secrets-unreadable", /not there/));
  assert.throws(() => statSync(file));
  await (await vaultIn(folder, { declarations: { other: generated } })).seal();
  const wrong = await vaultIn(folder, { declarations, stored: secrets });
  await assert.rejects(wrong.verify(), failure("secrets-unreadable", /cannot be opened/));
});

test("what is revealed or given is hidden from then on", async (context) => {
  const { folder, secrets, value } = await sealed(context);
  const hidden = redactor();
  const declarations = { "db/password": generated, password: given };
  const vault = await vaultIn(folder, {
    declarations,
    stored: secrets,
    given: { password: "open sesame" },
    redactor: hidden,
  });
  await vault.reveal("db/password");
  assert.equal(hidden.text(`${value} and open sesame`), "[secret db/password] and [secret password]");
});
