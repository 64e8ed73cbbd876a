import { refusesWayBack, type WayBackRefusal } from "../access/way-back.ts";
import type { Queries } from "../database/database.ts";
import { hashSecret, newId, newSecret } from "./secret-value.ts";
import { standingOf } from "./standing.ts";
import { endWaysBack } from "./ways-back.ts";

/** Milliseconds for which a way back in can be used. */
export const wayBackLifetime = 24 * 3_600_000;

/** Who gives a way back in to whom. */
export interface WayBackGift {
  readonly giver: string;
  readonly person: string;
  /** As whose owner; nobody's for the hosting provider's staff. */
  readonly operator: string | undefined;
  /** Whether the second factor and the passkeys are taken away too. */
  readonly withoutFactors: boolean;
}

/** What came of it; the secret of the link is nowhere afterwards. `operators`: those that the person belongs to. */
export type WayBackGiven =
  | { readonly kind: "given"; readonly secret: string; readonly operators: readonly string[] }
  | { readonly kind: "refused"; readonly because: WayBackRefusal };

/** Why the giver may not give it; nothing when they may. */
export async function refusedWayBack(
  queries: Queries,
  { giver, person, operator }: Omit<WayBackGift, "withoutFactors">,
): Promise<WayBackRefusal | undefined> {
  const [from, to] = [await standingOf(queries, giver), await standingOf(queries, person)];
  return from === undefined || to === undefined ? "role" : refusesWayBack(from, to, operator);
}

/**
 * Writes a way back in down; whether it may be given was asked before.
 * @param gift.giver null for whoever runs the panel's computer
 * @returns the secret of the link
 */
export async function recordWayBack(
  queries: Queries,
  { person, giver, operator, withoutFactors }: Omit<WayBackGift, "giver"> & { readonly giver: string | null },
  now: number,
): Promise<string> {
  const secret = newSecret();
  await queries
    .insertInto("way_back")
    .values({
      id: newId(),
      hash: hashSecret(secret),
      person_id: person,
      given_by: giver,
      from_computer: giver === null,
      operator_id: operator ?? null,
      without_factors: withoutFactors,
      created_at: new Date(now),
      expires_at: new Date(now + wayBackLifetime),
    })
    .execute();
  return secret;
}

/** Gives somebody a way back in, if the policy admits it. An older one ends. */
export async function giveWayBack(queries: Queries, gift: WayBackGift, now: number): Promise<WayBackGiven> {
  const { person } = gift;
  return await queries.transaction().execute(async (transaction) => {
    // Two who give one to the same person wait for one another here.
    await transaction.selectFrom("person").select("id").where("id", "=", person).forUpdate().execute();
    const because = await refusedWayBack(transaction, gift);
    if (because !== undefined) return { kind: "refused", because };
    await endWaysBack(transaction, person, now);
    const secret = await recordWayBack(transaction, gift, now);
    return { kind: "given", secret, operators: [...((await standingOf(transaction, person))?.operators ?? [])] };
  });
}
