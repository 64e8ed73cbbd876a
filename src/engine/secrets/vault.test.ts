import assert from "node:assert/strict";
import { createECDH, createPrivateKey, createPublicKey } from "node:crypto";
import { mkdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { Failure } from "../../model/failure.ts";
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

test("a permanent secret is not rotated, nor is any other that is named with it", async (context) => {
  const { folder, secrets, value } = await sealed(context);
  const permanent = "what the application has encrypted can be read with it alone";
  const declarations: Record<string, SecretDeclaration> = {
    "db/password": generated,
    "app/key": { ...generated, permanent },
    "app/pair": { origin: "key", type: "p256", permanent },
  };
  const vault = await vaultIn(folder, { declarations, stored: secrets });
  const made = await vault.seal();
  assert.deepEqual(Object.keys(stored(made)).toSorted(), ["app/key", "app/pair"], "it is made like any other");
  const before = vault.revisions();
  for (const name of ["app/key", "app/pair"]) {
    await assert.rejects(vault.seal(["db/password", name]), (error: unknown) => {
      assert.ok(error instanceof Failure);
      const { code, attempted, subject, found } = error.report;
      assert.deepEqual(
        { code, attempted, subject, found },
        {
          code: "secret-permanent",
          attempted: "rotate a secret",
          subject: name,
          found: `its value must stay: ${permanent}`,
        },
      );
      return true;
    });
  }
  assert.deepEqual([vault.revisions(), await vault.reveal("db/password")], [before, value]);
});

test("a value that was made stays, whatever its declaration comes to say", async (context) => {
  const { folder, secrets, value } = await sealed(context);
  const later: readonly SecretDeclaration[] = [
    { ...generated, permanent: "users could not log in" },
    { ...generated, permanent: "nobody could log in" },
    { ...generated, length: 64, permanent: "users could not log in" },
    { ...generated, format: "base64", prefix: "key-", permanent: "users could not log in" },
    { ...generated, announcement: "Begin at" },
  ];
  let kept = secrets;
  for (const declaration of [...later, generated]) {
    const vault = await vaultIn(folder, { declarations: { "db/password": declaration }, stored: kept });
    const said = JSON.stringify(declaration);
    assert.deepEqual(await vault.seal(), [], said);
    assert.equal(vault.revision("db/password"), secrets["db/password"]?.revision, said);
    assert.equal(await vault.reveal("db/password"), value, said);
    // As if it had been made under this declaration, so that every one follows on every other.
    kept = Object.fromEntries(Object.entries(secrets).map(([name, secret]) => [name, { ...secret, declaration }]));
  }
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

test("both halves of a pair of keys are one secret: sealed once, rotated together", async (context) => {
  const folder = temporaryFolder(context);
  const declarations: Record<string, SecretDeclaration> = {
    "web/push": { origin: "key", type: "p256" },
    "web/push-public": { origin: "public-key", of: "web/push" },
  };
  const vault = await vaultIn(folder, { declarations });
  assert.deepEqual(vault.revisions(), { "web/push": "new", "web/push-public": "new" });
  const secrets = stored(await vault.seal());
  assert.deepEqual(Object.keys(secrets), ["web/push"], "the public half is not stored");
  const isPair = async (of: Vault): Promise<boolean> => {
    const ecdh = createECDH("prime256v1");
    ecdh.setPrivateKey(await of.reveal("web/push"), "base64url");
    return ecdh.getPublicKey("base64url") === (await of.reveal("web/push-public"));
  };
  assert.ok(await isPair(vault));
  const next = await vaultIn(folder, { declarations, stored: secrets });
  assert.deepEqual(await next.seal(), []);
  assert.ok(await isPair(next), "and it is the same after the journal was read");
  assert.equal(await next.reveal("web/push"), await vault.reveal("web/push"));
  assert.equal(next.revision("web/push-public"), next.revision("web/push"));

  const before = await next.reveal("web/push-public");
  assert.deepEqual(Object.keys(stored(await next.seal(["web/push"]))), ["web/push"]);
  assert.ok(await isPair(next));
  assert.notEqual(await next.reveal("web/push-public"), before);
  assert.notEqual(next.revision("web/push-public"), secrets["web/push"]?.revision);
  await assert.rejects(next.seal(["web/push-public"]), failure("secret-not-generated", /that of a private key/));
});

test("a pair of RSA keys comes in PEM", async (context) => {
  const declarations: Record<string, SecretDeclaration> = {
    rsa: { origin: "key", type: "rsa" },
    "rsa-public": { origin: "public-key", of: "rsa" },
  };
  const vault = await vaultIn(temporaryFolder(context), { declarations });
  await vault.seal();
  const expected = createPublicKey(createPrivateKey(await vault.reveal("rsa"))).export({ type: "spki", format: "pem" });
  assert.equal(await vault.reveal("rsa-public"), expected);
});

test("a secret in a file is read from there, hidden, and known when the file is gone", async (context) => {
  const folder = temporaryFolder(context);
  const path = join(folder, "dns-key");
  const declarations = { "provider/dns-key": { origin: "file", path } } as const;
  await assert.rejects(vaultIn(folder, { declarations }), failure("secret-file", /cannot be read/));
  writeFileSync(path, "\n");
  await assert.rejects(vaultIn(folder, { declarations }), failure("secret-file", /the file is empty/));

  writeFileSync(path, "c2VjcmV0 of ours\n");
  const hidden = redactor();
  const vault = await vaultIn(folder, { declarations, redactor: hidden });
  assert.equal(await vault.reveal("provider/dns-key"), "c2VjcmV0 of ours", "without the line break at its end");
  assert.equal(hidden.text("it is c2VjcmV0 of ours"), "it is [secret provider/dns-key]");
  const first = stored(await vault.seal());
  assert.equal(first["provider/dns-key"]?.revision, vault.revision("provider/dns-key"));

  const same = await vaultIn(folder, { declarations, stored: first });
  assert.deepEqual(await same.seal(), []);
  writeFileSync(path, "another\nof two lines\n");
  const changed = await vaultIn(folder, { declarations, stored: first });
  assert.equal(changed.revision("provider/dns-key"), "new");
  const second = stored(await changed.seal());
  assert.equal(await changed.reveal("provider/dns-key"), "another\nof two lines");
  assert.notEqual(second["provider/dns-key"]?.revision, first["provider/dns-key"]?.revision);

  rmSync(path);
  const gone = await vaultIn(folder, { declarations, stored: second });
  assert.deepEqual([await gone.seal(), await gone.reveal("provider/dns-key")], [[], "another\nof two lines"]);
  mkdirSync(path);
  await assert.rejects(vaultIn(folder, { declarations, stored: second }), failure("secret-file", /cannot be read/));
  await assert.rejects(gone.seal(["provider/dns-key"]), failure("secret-not-generated", /in a file of the hosting/));
});

test("a private key is hidden in the form in which it is used, when it is made and when it is opened", async (context) => {
  const folder = temporaryFolder(context);
  const declarations: Record<string, SecretDeclaration> = { push: { origin: "key", type: "p256" } };
  const [made, opened] = [redactor(), redactor()];
  const vault = await vaultIn(folder, { declarations, redactor: made });
  const secrets = stored(await vault.seal());
  const used = await vault.reveal("push");
  assert.match(used, /^[A-Za-z0-9_-]{43}$/);
  assert.equal(made.text(`key=${used}`), "key=[secret push]");
  await (await vaultIn(folder, { declarations, stored: secrets, redactor: opened })).verify();
  assert.equal(opened.text(`key=${used}`), "key=[secret push]");
});
