import { z } from "zod";
import { mayInvite } from "../../../access/role.ts";
import { membersOf, type Members } from "../../../accounts/members.ts";
import { goTo } from "../../answer.tsx";
import { refuse } from "../../refuse.tsx";
import { route, type OperatorContext, type Route } from "../../route.ts";
import { membersPage, ownRole } from "./members-page.tsx";
import { fields, readForm } from "./read-form.ts";

const Invite = z.strictObject({ email: fields.email, role: fields.role });
const ById = z.strictObject({ id: fields.id });

/** The members of the operator that a request is about. */
export function membersIn({ panel, operator }: OperatorContext): Members {
  return membersOf(panel.queries, operator.id, panel.now);
}

async function invite(context: OperatorContext): Promise<Response> {
  const { actor, panel, texts } = context;
  const { members: words, form } = texts.accounts;
  const read = readForm(context, Invite, { email: form.email, role: words.roleMissing });
  if (read.kind === "wrong") return await membersPage(context, { errors: read.errors, status: 422 });
  const { email, role } = read.value;
  const own = ownRole(context);
  if (actor.kind !== "person" || own === undefined || !mayInvite(own, role))
    return await membersPage(context, { errors: { role: words.above }, status: 422 });
  const result = await membersIn(context).invite({ email, role, invitedBy: actor.id });
  if (result.kind !== "made")
    return await membersPage(context, { errors: { email: words[`already-${result.kind}`] }, status: 422 });
  await context.audit({ action: "member.invite", subject: email, detail: { role } });
  return await membersPage(context, {
    made: { email, link: `${panel.settings.origin}/invitations/${result.secret}` },
  });
}

async function withdraw(context: OperatorContext): Promise<Response> {
  const read = readForm(context, ById, {});
  const own = ownRole(context);
  const members = membersIn(context);
  const open = read.kind === "read" ? (await members.invitations()).find(({ id }) => id === read.value.id) : undefined;
  if (open === undefined) return await refuse(context, "not-found", withdrawRoute);
  if (own === undefined || !mayInvite(own, open.role)) return await refuse(context, "denied", withdrawRoute);
  const email = await members.withdraw(open.id);
  if (email !== undefined) await context.audit({ action: "invitation.withdraw", subject: email });
  return goTo(context, `/operators/${context.operator.id}/members`);
}

const withdrawRoute: Route = route({
  method: "POST",
  path: "/operators/:operator/members/withdraw",
  permission: "member.invite",
  handle: withdraw,
});

/** Seeing the members of an operator, and inviting. */
export const memberRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: "/operators/:operator/members",
    permission: "member.read",
    handle: (context) => membersPage(context),
  }),
  route({
    method: "POST",
    path: "/operators/:operator/members/invitations",
    permission: "member.invite",
    handle: invite,
  }),
  withdrawRoute,
];
