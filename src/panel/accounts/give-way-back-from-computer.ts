import { Failure } from "../../model/failure.ts";
import { nearest } from "../../model/nearest.ts";
import { writeAuditFor } from "../audit/audit-log.ts";
import type { Queries } from "../database/database.ts";
import { recordWayBack } from "./give-way-back.ts";
import { findAccount } from "./people.ts";
import { standingOf } from "./standing.ts";
import { endWaysBack } from "./ways-back.ts";

/** Whom the computer's administrator lets in again. */
export interface LetIn {
  /** The e-mail address of the account. */
  readonly email: string;
  /** Whether the second factor and the passkeys are taken away too. */
  readonly withoutFactors: boolean;
}

/** Who gave it, for the audit trail. */
export const computer = "the panel's computer";

async function nobody(queries: Queries, email: string): Promise<Failure> {
  const rows = await queries.selectFrom("person").select("email").execute();
  const near = nearest(
    email,
    rows.map((row) => row.email),
  );
  return new Failure({
    code: "account-missing",
    attempted: "give a way back in",
    subject: email,
    found: "nobody has an account with this e-mail address, or whoever has it belongs to nothing any more",
    next: near === undefined ? "Look at the address." : `Did you mean ${near}?`,
  });
}

/**
 * Gives anybody who belongs to an operator or to the staff a way back in. No policy is asked: whoever may open the panel's
 * database on its computer can do everything anyway. So the only administrator gets in again, too.
 * @returns the secret of the link
 * @throws Failure `account-missing`
 */
export async function giveWayBackFromComputer(
  queries: Queries,
  { email, withoutFactors }: LetIn,
  now: number,
): Promise<string> {
  const account = await findAccount(queries, email);
  const standing = account === undefined ? undefined : await standingOf(queries, account.id);
  if (account === undefined || standing === undefined) throw await nobody(queries, email);
  if (standing.staffRole === null && standing.operators.size === 0) throw await nobody(queries, email);
  const secret = await queries.transaction().execute(async (transaction) => {
    await transaction.selectFrom("person").select("id").where("id", "=", account.id).forUpdate().execute();
    await endWaysBack(transaction, account.id, now);
    const gift = { person: account.id, giver: null, operator: undefined, withoutFactors };
    return await recordWayBack(transaction, gift, now);
  });
  const entry = { actor: computer, action: "way-back.give", subject: account.email, source: "panel" };
  const detail = { secondFactor: withoutFactors ? "taken away" : "kept" };
  await writeAuditFor(queries, [...standing.operators], { ...entry, outcome: "done", detail }, now);
  return secret;
}
