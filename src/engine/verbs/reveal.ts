import { readState, type Session } from "../session.ts";
import { redactor } from "../secrets/redactor.ts";
import { openVault } from "../secrets/vault.ts";

/**
 * Gives the value of a secret that has one.
 * @throws Failure `secret-unknown`, `secrets-unreadable`
 */
export async function reveal(session: Session, secret: string): Promise<string> {
  const { secrets } = await readState(session);
  const declarations = Object.fromEntries(
    Object.entries(secrets).map(([name, { declaration }]) => [name, declaration]),
  );
  const { identityFile } = session;
  const vault = await openVault({ declarations, stored: secrets, given: {}, identityFile, redactor: redactor() });
  return await vault.reveal(secret);
}
