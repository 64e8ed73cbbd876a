import type { MemberRole } from "../access/role.ts";
import type { Queries } from "../database/database.ts";
import { invite } from "./invitations.ts";
import { endSessions } from "./sessions.ts";

/** Somebody who belongs to an operator. */
export interface Member {
  readonly person: string;
  readonly name: string;
  readonly email: string;
  readonly role: MemberRole;
  readonly since: Date;
}

/** An invitation that nobody accepted yet. Its link is known to whoever made it alone. */
export interface OpenInvitation {
  readonly id: string;
  readonly email: string;
  readonly role: MemberRole;
  readonly until: Date;
  readonly invitedBy: string | null;
}

/** Why a change of members is not made. */
export type MemberProblem = "unknown" | "last-owner";

/** What came of inviting; the secret of the link is nowhere afterwards. */
export type Invited = { readonly kind: "member" | "invited" } | { readonly kind: "made"; readonly secret: string };

/** The members and invitations of one operator. */
export interface Members {
  list(): Promise<readonly Member[]>;
  find(person: string): Promise<Member | undefined>;
  invitations(): Promise<readonly OpenInvitation[]>;
  /** Makes an invitation, unless the address belongs to a member or is invited already. */
  invite(guest: { readonly email: string; readonly role: MemberRole; readonly invitedBy: string }): Promise<Invited>;
  /** @returns whom it was for; nothing when there is none that is open */
  withdraw(id: string): Promise<string | undefined>;
  /** Ends the person's sessions but the given one. */
  changeRole(person: string, role: MemberRole, exceptSession?: string): Promise<MemberProblem | undefined>;
  /** Also ends what the person could still use: sessions but the given one, tokens, and invitations that they made. */
  remove(person: string, exceptSession?: string): Promise<MemberProblem | undefined>;
}

/** Opens the members of an operator: nothing here reaches another one's. */
export function membersOf(queries: Queries, operator: string, now: () => number): Members {
  const select = (from: Queries) =>
    from
      .selectFrom("member")
      .innerJoin("person", "person.id", "member.person_id")
      .select(["person.id as person", "name", "email", "role", "member.created_at as since"])
      .where("operator_id", "=", operator);
  const open = (from: Queries) =>
    from
      .selectFrom("invitation")
      .leftJoin("person", "person.id", "invitation.invited_by")
      .select([
        "invitation.id",
        "invitation.email",
        "invitation.role",
        "expires_at as until",
        "person.name as invitedBy",
      ])
      .where("operator_id", "=", operator)
      .where("accepted_at", "is", null)
      .where("expires_at", ">", new Date(now()));
  const dropInvitationsBy = async (from: Queries, person: string): Promise<void> => {
    await from
      .deleteFrom("invitation")
      .where("operator_id", "=", operator)
      .where("invited_by", "=", person)
      .where("accepted_at", "is", null)
      .execute();
  };
  /** Whether there would still be an owner without this one. Holds the members until the transaction ends. */
  const problemWithout = async (from: Queries, person: string): Promise<MemberProblem | undefined> => {
    const rows = await from
      .selectFrom("member")
      .select(["person_id", "role"])
      .where("operator_id", "=", operator)
      .orderBy("person_id")
      .forUpdate()
      .execute();
    if (!rows.some((row) => row.person_id === person)) return "unknown";
    return rows.some((row) => row.role === "owner" && row.person_id !== person) ? undefined : "last-owner";
  };
  return {
    list: () => select(queries).orderBy("name").orderBy("email").execute(),
    find: (person) => select(queries).where("person.id", "=", person).executeTakeFirst(),
    async invitations() {
      const rows = await open(queries).orderBy("expires_at").execute();
      return rows.flatMap(({ email, role, ...rest }) =>
        email === null || role === null ? [] : [{ email, role, ...rest }],
      );
    },
    async invite({ email, role, invitedBy }) {
      const address = email.toLowerCase();
      return await queries.transaction().execute(async (transaction) => {
        if ((await select(transaction).where("email", "=", address).executeTakeFirst()) !== undefined)
          return { kind: "member" };
        const invited = await open(transaction).where("invitation.email", "=", address).executeTakeFirst();
        if (invited !== undefined) return { kind: "invited" };
        const grant = { email: address, membership: { operator, role }, invitedBy };
        return { kind: "made", secret: await invite(transaction, grant, now()) };
      });
    },
    async withdraw(id) {
      const row = await queries
        .deleteFrom("invitation")
        .where("operator_id", "=", operator)
        .where("id", "=", id)
        .where("accepted_at", "is", null)
        .returning("email")
        .executeTakeFirst();
      return row?.email ?? undefined;
    },
    async changeRole(person, role, exceptSession) {
      return await queries.transaction().execute(async (transaction) => {
        const problem = await problemWithout(transaction, person);
        if (problem === "unknown" || (problem === "last-owner" && role !== "owner")) return problem;
        await transaction
          .updateTable("member")
          .set({ role })
          .where("operator_id", "=", operator)
          .where("person_id", "=", person)
          .execute();
        await dropInvitationsBy(transaction, person);
        await endSessions(transaction, person, exceptSession);
        return undefined;
      });
    },
    async remove(person, exceptSession) {
      return await queries.transaction().execute(async (transaction) => {
        const problem = await problemWithout(transaction, person);
        if (problem !== undefined) return problem;
        for (const table of ["member", "token"] as const)
          await transaction
            .deleteFrom(table)
            .where("operator_id", "=", operator)
            .where("person_id", "=", person)
            .execute();
        await dropInvitationsBy(transaction, person);
        await endSessions(transaction, person, exceptSession);
        return undefined;
      });
    },
  };
}
