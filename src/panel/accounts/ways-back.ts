import type { Queries } from "../database/database.ts";

/** A way back in as its person sees it. */
export interface ListedWayBack {
  readonly id: string;
  readonly given: Date;
  /** Nobody when the giver's account is gone; `computer`: whoever runs the panel's computer. */
  readonly giver: { readonly name: string; readonly email: string } | "computer" | undefined;
  readonly withoutFactors: boolean;
  readonly until: Date;
  readonly used: Date | null;
  /** Whether it can still be used. */
  readonly open: boolean;
}

/** Ways back that are shown: the last ones. */
const shown = 10;

/** The ways back in that were given to a person, the newest first. */
export async function waysBackOf(queries: Queries, person: string, now: number): Promise<readonly ListedWayBack[]> {
  const rows = await queries
    .selectFrom("way_back")
    .leftJoin("person", "person.id", "way_back.given_by")
    .select([
      "way_back.id",
      "way_back.created_at as given",
      "name",
      "email",
      "without_factors as withoutFactors",
      "from_computer as here",
    ])
    .select(["expires_at as until", "used_at as used", "ended_at as ended"])
    .where("person_id", "=", person)
    .orderBy("way_back.created_at", "desc")
    .limit(shown)
    .execute();
  return rows.map(({ name, email, ended, here, ...row }) => ({
    ...row,
    giver: here ? "computer" : name === null || email === null ? undefined : { name, email },
    open: row.used === null && ended === null && row.until.getTime() > now,
  }));
}

/**
 * Ends the ways back in of a person that were not used.
 * @param id this one alone, when given
 * @returns whether there was one
 */
export async function endWaysBack(queries: Queries, person: string, now: number, id?: string): Promise<boolean> {
  let query = queries
    .updateTable("way_back")
    .set({ ended_at: new Date(now) })
    .where("person_id", "=", person)
    .where("used_at", "is", null)
    .where("ended_at", "is", null);
  if (id !== undefined) query = query.where("id", "=", id);
  return (await query.returning("id").execute()).length > 0;
}
