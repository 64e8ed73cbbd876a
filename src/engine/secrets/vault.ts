import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { Failure } from "../../model/failure.ts";
import type { SecretDeclaration } from "../../model/secret.ts";
import type { SecretReader } from "../provider.ts";
import type { EntryBody } from "../state/entry.ts";
import type { State, StoredSecret } from "../state/state.ts";
import { generate, publicKey, usable } from "./generate.ts";
import { createIdentity, readIdentity } from "./identity.ts";
import type { Redactor } from "./redactor.ts";

/** The secrets of one deployment during one run. */
export interface Vault extends SecretReader {
  /** The revision of every declared secret: `new` where this run would make one. */
  revisions(): { readonly [name: string]: string };
  /**
   * Opens every declared secret that has a value, so that what cannot be opened stops a run before it changes anything.
   * @throws Failure `secrets-unreadable`
   */
  verify(): Promise<void>;
  /**
   * Makes and encrypts the values that are missing, those whose given value changed, and those named in `rotate`.
   * They hold for this run at once; the entries must be in the journal before anything outside gets to know them.
   * @throws Failure `secrets-unreadable`, and before anything is made, for a secret in `rotate`: `secret-not-generated`
   * where the engine did not make it, `secret-permanent` where it must not change
   */
  seal(rotate?: readonly string[]): Promise<readonly EntryBody[]>;
}

/** What a vault needs. */
export interface VaultOptions {
  readonly declarations: { readonly [name: string]: SecretDeclaration };
  readonly stored: State["secrets"];
  /** Values of the secrets that the operator gives. */
  readonly given: { readonly [name: string]: string };
  /** File of the age identity; made when the first secret is. */
  readonly identityFile: string;
  readonly redactor: Redactor;
}

function unreadable(file: string, found: string, next: string, cause?: unknown): Failure {
  return new Failure({ code: "secrets-unreadable", attempted: "open a secret", subject: file, found, next }, { cause });
}

function missingIdentity(file: string): Failure {
  const next = "Put the identity file back from a backup: without it the secrets of this deployment cannot be read.";
  return unreadable(file, "the file is not there, but secrets are encrypted for it", next);
}

const whence = {
  given: "given by the operator in the configuration",
  file: "in a file of the hosting provider",
  "public-key": "that of a private key, which is a secret of its own",
} as const;

function unknownSecret(name: string): Failure {
  return new Failure({
    code: "secret-unknown",
    attempted: "read a secret",
    subject: name,
    found: "the deployment declares no secret of this name",
    next: "Declare it in the application or the resource that refers to it.",
  });
}

/** @throws Failure `secret-unknown`, `secret-not-generated`, `secret-permanent` */
function checkRotatable(name: string, declaration: SecretDeclaration | undefined): void {
  if (declaration === undefined) throw unknownSecret(name);
  if (declaration.origin !== "generated" && declaration.origin !== "key") {
    throw new Failure({
      code: "secret-not-generated",
      attempted: "rotate a secret",
      subject: name,
      found: `its value is ${whence[declaration.origin]}`,
      next: "Change it there and apply.",
    });
  }
  if (declaration.permanent === undefined) return;
  throw new Failure({
    code: "secret-permanent",
    attempted: "rotate a secret",
    subject: name,
    found: `its value must stay: ${declaration.permanent}`,
    next: "Rotate only others. If somebody got to know it, change what it protects, in the application itself.",
  });
}

function checkGiven({ declarations, stored, given }: VaultOptions): void {
  const undeclared = Object.keys(given).filter((name) => declarations[name]?.origin !== "given");
  const missing = Object.entries(declarations)
    .filter(([name, { origin }]) => origin === "given" && given[name] === undefined && stored[name] === undefined)
    .map(([name]) => name);
  const [first] = [...undeclared, ...missing];
  if (first === undefined) return;
  throw new Failure({
    code: undeclared.length > 0 ? "secret-unknown" : "secret-missing",
    attempted: "read the given secrets",
    subject: first,
    found:
      undeclared.length > 0
        ? `values were given for secrets that are not declared as given: ${undeclared.join(", ")}`
        : `no value was given for: ${missing.join(", ")}`,
    next: "Give a value for each secret that the configuration asks for, and for no other.",
  });
}

/**
 * Reads the secrets that lie in files of the deployer. A file that is gone is no matter while its secret is known.
 * @throws Failure `secret-file`
 */
function readFiles({ declarations, stored }: VaultOptions): Readonly<Record<string, string>> {
  const values: Record<string, string> = {};
  for (const [name, declaration] of Object.entries(declarations)) {
    if (declaration.origin !== "file") continue;
    let found: string;
    try {
      values[name] = readFileSync(declaration.path, "utf8").replace(/\n$/, "");
      if (values[name] !== "") continue;
      found = "the file is empty";
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT" && stored[name] !== undefined) continue;
      found = `it cannot be read: ${(error as Error).message}`;
    }
    throw new Failure({
      code: "secret-file",
      attempted: `read the secret ${name} from its file`,
      subject: declaration.path,
      found,
      next: "Put the secret into that file, readable for the user who runs this; or correct the path in fediversity.config.ts.",
    });
  }
  return values;
}

/**
 * Opens the secrets of a deployment for one run. Reads the identity only where given values have to be compared with
 * stored ones; writes nothing.
 * @throws Failure `secret-missing`, `secret-unknown` when given values and declarations do not fit
 */
export async function openVault(options: VaultOptions): Promise<Vault> {
  const { declarations, identityFile, redactor } = options;
  checkGiven(options);
  const given: Readonly<Record<string, string>> = { ...options.given, ...readFiles(options) };
  const stored: Record<string, StoredSecret> = { ...options.stored };
  const opened = new Map<string, string>();
  let identity: string | undefined;
  for (const [name, value] of Object.entries(given)) redactor.hide(name, value);

  const unlock = async (name: string, secret: StoredSecret): Promise<string> => {
    const known = opened.get(secret.revision);
    if (known !== undefined) return known;
    identity ??= readIdentity(identityFile);
    if (identity === undefined) throw missingIdentity(identityFile);
    try {
      const { Decrypter } = await import("age-encryption");
      const decrypter = new Decrypter();
      decrypter.addIdentity(identity);
      const value = await decrypter.decrypt(Buffer.from(secret.ciphertext, "base64"), "text");
      redactor.hide(name, value);
      redactor.hide(name, usable(secret.declaration, value));
      opened.set(secret.revision, value);
      return value;
    } catch (error) {
      const found = `secret ${name} cannot be opened with it: ${error instanceof Error ? error.message : String(error)}`;
      throw unreadable(identityFile, found, "Put back the identity file that was in use before.", error);
    }
  };

  // Not a matter of declarations: a value that was made stays when its length, its format or words about it change, since
  // what was encrypted with it could not be read any more.
  const isCurrent = (name: string): boolean => {
    const secret = stored[name];
    if (secret === undefined) return false;
    const value = given[name];
    return value === undefined || opened.get(secret.revision) === value;
  };
  for (const name of Object.keys(given)) {
    const secret = stored[name];
    if (secret !== undefined) await unlock(name, secret);
  }

  const sealOne = async (name: string, declaration: SecretDeclaration): Promise<EntryBody> => {
    const value =
      declaration.origin === "generated" || declaration.origin === "key" ? await generate(declaration) : given[name];
    if (value === undefined) throw unknownSecret(name);
    identity ??= readIdentity(identityFile);
    if (identity === undefined && Object.keys(stored).length > 0) throw missingIdentity(identityFile);
    identity ??= await createIdentity(identityFile);
    const { Encrypter, identityToRecipient } = await import("age-encryption");
    const encrypter = new Encrypter();
    encrypter.addRecipient(await identityToRecipient(identity));
    const ciphertext = Buffer.from(await encrypter.encrypt(value)).toString("base64");
    const secret = { declaration, revision: randomBytes(8).toString("hex"), ciphertext };
    redactor.hide(name, value);
    redactor.hide(name, usable(declaration, value));
    opened.set(secret.revision, value);
    stored[name] = secret;
    return { kind: "secret", name, secret };
  };

  const revision = (name: string): string => {
    const declaration = declarations[name];
    if (declaration?.origin === "public-key") return revision(declaration.of);
    return isCurrent(name) ? (stored[name]?.revision ?? "new") : "new";
  };

  const reveal = async (name: string): Promise<string> => {
    const declaration = declarations[name];
    if (declaration?.origin === "public-key") return publicKey(await raw(declaration.of));
    return usable(declaration, await raw(name));
  };

  const raw = async (name: string): Promise<string> => {
    const value = given[name];
    if (value !== undefined) return value;
    const secret = stored[name];
    if (secret !== undefined) return await unlock(name, secret);
    if (declarations[name] === undefined) throw unknownSecret(name);
    throw new Failure({
      code: "secret-new",
      attempted: "read a secret",
      subject: name,
      found: "it has no value before the first apply",
      next: "This is a defect of the provider that asked for it: a plan must do with its revision.",
    });
  };

  return {
    reveal,
    revision,
    revisions: () => Object.fromEntries(Object.keys(declarations).map((name) => [name, revision(name)])),
    async verify() {
      for (const name of Object.keys(declarations)) {
        const secret = stored[name];
        if (secret !== undefined) await unlock(name, secret);
      }
    },
    async seal(rotate = []) {
      for (const name of rotate) checkRotatable(name, declarations[name]);
      const due = Object.entries(declarations).filter(
        ([name, { origin }]) => origin !== "public-key" && (rotate.includes(name) || !isCurrent(name)),
      );
      const bodies: EntryBody[] = [];
      for (const [name, declaration] of due) bodies.push(await sealOne(name, declaration));
      return bodies;
    },
  };
}
