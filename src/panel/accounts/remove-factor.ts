import type { Queries } from "../database/database.ts";
import { removePasskey } from "./passkeys.ts";
import type { Account } from "./people.ts";
import { asksForMore, disableTotp, dropRecoveryCodes, secondFactorsOf } from "./second-factor.ts";

/** What is to be taken away from an account's second factors. */
export type Factor = { readonly kind: "totp" } | { readonly kind: "passkey"; readonly id: string };

/** What came of it. `last`: it is demanded, and nothing else would be left. */
export type FactorRemoval =
  | { readonly kind: "removed"; readonly name: string }
  | { readonly kind: "last" }
  | { readonly kind: "unknown" };

/** The account, which nobody else changes until the transaction ends. */
async function hold(queries: Queries, person: string): Promise<Account> {
  return await queries.selectFrom("person").selectAll().where("id", "=", person).forUpdate().executeTakeFirstOrThrow();
}

/**
 * Takes a second factor away. With the last one go the recovery codes, which have nothing left to stand in for.
 * @param options.demanded whether one has to remain
 */
export async function removeFactor(
  queries: Queries,
  { person, factor, demanded }: { readonly person: string; readonly factor: Factor; readonly demanded: boolean },
): Promise<FactorRemoval> {
  return await queries.transaction().execute(async (transaction) => {
    const account = await hold(transaction, person);
    const before = await secondFactorsOf(transaction, account);
    const left =
      factor.kind === "totp" ? { ...before, totp: false } : { ...before, passkeys: Math.max(0, before.passkeys - 1) };
    if (demanded && !asksForMore(left)) return { kind: "last" };
    const name = factor.kind === "totp" ? "" : await removePasskey(transaction, person, factor.id);
    if (name === undefined) return { kind: "unknown" };
    if (factor.kind === "totp") await disableTotp(transaction, person);
    if (!asksForMore(left)) await dropRecoveryCodes(transaction, person);
    return { kind: "removed", name };
  });
}
