import { randomInt } from "node:crypto";
import type { Queries } from "../database/database.ts";
import type { Keys } from "../keys.ts";
import type { Account } from "./people.ts";
import { hashSecret } from "./secret-value.ts";
import { checkTotp } from "./totp.ts";

/** How many recovery codes are made at a time. */
const codeCount = 10;
/** Without characters that look alike: 16 of these 32 are 80 bits, too many to try, so that a fast hash will do. */
const alphabet = "abcdefghjkmnpqrstuvwxyz023456789";

/** What the secret of a person's authenticator application is sealed for. */
function purpose(person: string): string {
  return `totp of ${person}`;
}

/** Whether, and by what, an account asks for more than the password. */
export interface SecondFactors {
  readonly totp: boolean;
  readonly passkeys: number;
  /** Recovery codes that were not used. */
  readonly codes: number;
}

/** What an account has beside its password. */
export async function secondFactorsOf(queries: Queries, account: Account): Promise<SecondFactors> {
  const count = ({ n }: { n: number | string | bigint }): number => Number(n);
  const passkeys = await queries
    .selectFrom("passkey")
    .select((row) => row.fn.countAll().as("n"))
    .where("person_id", "=", account.id)
    .executeTakeFirstOrThrow();
  const codes = await queries
    .selectFrom("recovery_code")
    .select((row) => row.fn.countAll().as("n"))
    .where("person_id", "=", account.id)
    .where("used_at", "is", null)
    .executeTakeFirstOrThrow();
  return { totp: account.totp_secret !== null, passkeys: count(passkeys), codes: count(codes) };
}

/** Whether an account asks for more than the password. */
export function asksForMore({ totp, passkeys }: SecondFactors): boolean {
  return totp || passkeys > 0;
}

/**
 * Takes a code of the authenticator application. Each is good once, also when two requests bring it at the same moment.
 * @returns whether it was right
 */
export async function takeTotp(
  { queries, keys }: { readonly queries: Queries; readonly keys: Keys },
  account: Account,
  code: string,
  now: number,
): Promise<boolean> {
  if (account.totp_secret === null) return false;
  const secret = keys.unseal(account.totp_secret, purpose(account.id));
  const step = checkTotp(secret, code, { now, after: account.totp_step });
  if (step === undefined) return false;
  const taken = await queries
    .updateTable("person")
    .set({ totp_step: step })
    .where("id", "=", account.id)
    .where((row) => row.or([row("totp_step", "is", null), row("totp_step", "<", step)]))
    .returning("id")
    .executeTakeFirst();
  return taken !== undefined;
}

/** Switches the authenticator application on, with the step of the code that confirmed it. */
export async function enableTotp(
  { queries, keys }: { readonly queries: Queries; readonly keys: Keys },
  { person, secret, step }: { readonly person: string; readonly secret: string; readonly step: number },
): Promise<void> {
  await queries
    .updateTable("person")
    .set({ totp_secret: keys.seal(secret, purpose(person)), totp_step: step })
    .where("id", "=", person)
    .execute();
}

/** Switches the authenticator application off. */
export async function disableTotp(queries: Queries, person: string): Promise<void> {
  await queries.updateTable("person").set({ totp_secret: null }).where("id", "=", person).execute();
}

function newCode(): string {
  const letters = Array.from({ length: 16 }, () => alphabet[randomInt(alphabet.length)] ?? "");
  return [0, 4, 8, 12].map((at) => letters.slice(at, at + 4).join("")).join("-");
}

/** As it was made, however it was typed. */
function plainCode(code: string): string {
  return code.toLowerCase().replaceAll(/[\s-]/g, "");
}

/**
 * Makes new recovery codes; the older ones end.
 * @returns the codes, which are nowhere afterwards
 */
export async function makeRecoveryCodes(queries: Queries, person: string): Promise<readonly string[]> {
  const codes = Array.from({ length: codeCount }, newCode);
  await queries.transaction().execute(async (transaction) => {
    await dropRecoveryCodes(transaction, person);
    await transaction
      .insertInto("recovery_code")
      .values(codes.map((code) => ({ person_id: person, hash: hashSecret(plainCode(code)) })))
      .execute();
  });
  return codes;
}

/** Forgets the recovery codes, when there is nothing that they could stand in for. */
export async function dropRecoveryCodes(queries: Queries, person: string): Promise<void> {
  await queries.deleteFrom("recovery_code").where("person_id", "=", person).execute();
}

/**
 * Takes a recovery code, once.
 * @returns whether it was one of this person's and unused
 */
export async function takeRecoveryCode(queries: Queries, person: string, code: string, now: number): Promise<boolean> {
  const taken = await queries
    .updateTable("recovery_code")
    .set({ used_at: new Date(now) })
    .where("person_id", "=", person)
    .where("hash", "=", hashSecret(plainCode(code)))
    .where("used_at", "is", null)
    .returning("hash")
    .executeTakeFirst();
  return taken !== undefined;
}
