import { z } from "zod";
import { acceptInvitation, type Accepting } from "../../../accounts/accept-invitation.ts";
import { findInvitation } from "../../../accounts/invitations.ts";
import { hashPassword, verifyPassword } from "../../../accounts/password.ts";
import { accountOf, findAccount, type Account } from "../../../accounts/people.ts";
import { mayProve, proved } from "../../../accounts/proof-limit.ts";
import { asksForMore, secondFactorsOf } from "../../../accounts/second-factor.ts";
import { writeAudit } from "../../../audit/audit-log.ts";
import { goTo } from "../../answer.tsx";
import { route, type PersonContext, type RequestContext, type Route } from "../../route.ts";
import { joinPage, knownAccountPage, newAccountPage, notYoursPage, overPage, type Link } from "./invitation-pages.tsx";
import { newPasswordError } from "./new-password.tsx";
import { fields, readForm } from "./read-form.ts";
import { afterPassword, auditSignIn, signIn } from "./sign-in-session.ts";

const Empty = z.strictObject({});
const Password = z.strictObject({ password: fields.password });
const Bound = z.strictObject({ name: fields.name, password: fields.password });
const First = Bound.extend({ email: fields.email });

async function findLink({ panel, param }: RequestContext): Promise<Link | undefined> {
  const { queries, now } = panel;
  const secret = param("secret");
  const invitation = await findInvitation(queries, secret, now());
  if (invitation === undefined) return undefined;
  const operator =
    invitation.operator_id === null
      ? undefined
      : await queries.selectFrom("operator").select("name").where("id", "=", invitation.operator_id).executeTakeFirst();
  return { path: `/invitations/${secret}`, invitation, operator: operator?.name };
}

/** Accepts, writes it down, and goes to where the new things are; when it came too late, what to say instead. */
async function accept(
  context: RequestContext,
  link: Link,
  who: Accepting,
): Promise<{ readonly account: Account; readonly path: string } | "over" | "taken"> {
  const { panel, source, param } = context;
  const { queries, settings } = panel;
  const { demonstration } = settings;
  const accepted = await acceptInvitation(queries, param("secret"), who, { now: panel.now(), demonstration });
  if (accepted.kind !== "accepted") return accepted.kind;
  const account = await accountOf(queries, accepted.person);
  const { role, staff_role: staffRole } = link.invitation;
  await writeAudit(
    queries,
    {
      actor: `person ${account.email}`,
      operator: accepted.operator ?? undefined,
      action: "invitation.accept",
      subject: account.email,
      outcome: "done",
      source: source.address,
      detail: { role: role ?? staffRole ?? "" },
    },
    panel.now(),
  );
  return { account, path: accepted.operator === null ? "/" : `/operators/${accepted.operator}/services` };
}

/** The link is for somebody else than who is signed in. */
async function notYours(context: PersonContext, email: string): Promise<Response> {
  const because = "it is for somebody else";
  await context.audit({ action: "invitation.accept", subject: email, outcome: "denied", detail: { because } });
  return await notYoursPage(context);
}

async function joinSignedIn(context: RequestContext, link: Link): Promise<Response> {
  const { actor } = context;
  if (actor.kind !== "person") return await overPage(context);
  const { email } = link.invitation;
  if (email !== null && email !== actor.email) return await notYours({ ...context, actor }, email);
  if (readForm(context, Empty, {}).kind === "wrong") return await joinPage({ ...context, actor }, link);
  const result = await accept(context, link, { kind: "account", email: actor.email, person: actor.id });
  return typeof result === "string" ? await overPage(context) : goTo(context, result.path);
}

async function joinByPassword(context: RequestContext, link: Link, account: Account): Promise<Response> {
  const { panel, source, texts } = context;
  const { signIn: words } = texts.accounts;
  const read = readForm(context, Password, { password: words.passwordMissing });
  if (read.kind === "wrong") return await knownAccountPage(context, link, { errors: read.errors, status: 422 });
  const proof = { kind: "password", email: account.email, source: source.address, now: panel.now() } as const;
  if (!(await mayProve(panel.queries, proof))) {
    const errors = { "": `${texts.shell.tooMany.title}. ${texts.shell.tooMany.text}` };
    return await knownAccountPage(context, link, { errors, status: 429 });
  }
  if (!(await verifyPassword(read.value.password, account.password_hash))) {
    await auditSignIn(context, account, { by: "password", outcome: "failed" });
    const errors = { password: texts.accounts.invitation.passwordWrong };
    return await knownAccountPage(context, link, { errors, status: 422 });
  }
  await proved(panel.queries, proof);
  // The second factor comes first; the link is accepted when the person comes back signed in.
  if (asksForMore(await secondFactorsOf(panel.queries, account)))
    return await afterPassword(context, account, link.path);
  const result = await accept(context, link, { kind: "account", email: account.email, person: account.id });
  if (typeof result === "string") return await overPage(context);
  await signIn(context, account, "password");
  return goTo(context, result.path);
}

async function makeAndJoin(context: RequestContext, link: Link): Promise<Response> {
  const { texts, language } = context;
  const { form } = texts.accounts;
  const bound = link.invitation.email;
  const messages = { name: form.name, email: form.email, password: form.password };
  const read = readForm<typeof First | typeof Bound>(context, bound === null ? First : Bound, messages);
  if (read.kind === "wrong") return await newAccountPage(context, link, { errors: read.errors, status: 422 });
  const { name, password } = read.value;
  const email = bound ?? ("email" in read.value ? read.value.email : "");
  const problem = newPasswordError(context, password, email);
  if (problem !== undefined) return await newAccountPage(context, link, { errors: { password: problem }, status: 422 });
  const passwordHash = await hashPassword(password);
  const result = await accept(context, link, { kind: "new", email, name, language, passwordHash });
  if (result === "over") return await overPage(context);
  if (result === "taken") {
    const errors = { email: texts.accounts.invitation.taken };
    return await newAccountPage(context, link, { errors, status: 409 });
  }
  await signIn(context, result.account, "invitation");
  return goTo(context, result.path);
}

/** The links by which people get accounts and join operators. */
export const invitationRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: "/invitations/:secret",
    permission: "invitation.accept",
    async handle(context) {
      const { actor, panel } = context;
      const link = await findLink(context);
      if (link === undefined) return await overPage(context);
      const { email } = link.invitation;
      if (actor.kind === "person") {
        const own = { ...context, actor };
        return email === null || email === actor.email ? await joinPage(own, link) : await notYours(own, email);
      }
      const known = email === null ? undefined : await findAccount(panel.queries, email);
      return known === undefined ? await newAccountPage(context, link) : await knownAccountPage(context, link);
    },
  }),
  route({
    method: "POST",
    path: "/invitations/:secret",
    permission: "invitation.accept",
    async handle(context) {
      const link = await findLink(context);
      if (link === undefined) return await overPage(context);
      if (context.actor.kind === "person") return await joinSignedIn(context, link);
      const { email } = link.invitation;
      const known = email === null ? undefined : await findAccount(context.panel.queries, email);
      return known === undefined ? await makeAndJoin(context, link) : await joinByPassword(context, link, known);
    },
  }),
];
