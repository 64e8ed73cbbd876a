import type { SecretDeclaration } from "../../model/secret.ts";
import { readState, type Session } from "../session.ts";
import { redactor } from "../secrets/redactor.ts";
import { openVault } from "../secrets/vault.ts";
import type { State } from "../state/state.ts";

/** What is known of a secret; a public key is none of its own, and is called after its private key. */
function declarationsFor(secret: string, stored: State["secrets"]): { readonly [name: string]: SecretDeclaration } {
  const own = stored[secret]?.declaration;
  if (own !== undefined) return { [secret]: own };
  const of = secret.replace(/-public$/, "");
  const key = stored[of]?.declaration;
  return key?.origin === "key" && of !== secret ? { [of]: key, [secret]: { origin: "public-key", of } } : {};
}

/**
 * Gives the value of a secret that has one.
 * @throws Failure `secret-unknown`, `secrets-unreadable`
 */
export async function reveal(session: Session, secret: string): Promise<string> {
  const { secrets: stored } = await readState(session);
  const declarations = declarationsFor(secret, stored);
  const { identityFile } = session;
  const vault = await openVault({ declarations, stored, given: {}, identityFile, redactor: redactor() });
  return await vault.reveal(secret);
}
