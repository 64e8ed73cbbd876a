import { z } from "zod";
import { hashPassword } from "../../../accounts/password.ts";
import { mayProve, proved } from "../../../accounts/proof-limit.ts";
import { findWayBack, takeWayBack, type FoundWayBack } from "../../../accounts/use-way-back.ts";
import { writeAuditFor } from "../../../audit/audit-log.ts";
import { route, type RequestContext, type Route } from "../../route.ts";
import { newPasswordError } from "./new-password.tsx";
import { fields, readForm } from "./read-form.ts";
import { afterPassword } from "./sign-in-session.ts";
import { notForYouPage, nowherePage, tooManyPage, wayBackPage } from "./way-back-page.tsx";

const NewPassword = z.strictObject({ password: fields.password });

/** Counts a link that leads nowhere as a wrong password is counted. */
async function nowhere(context: RequestContext): Promise<Response> {
  const { panel, source, param } = context;
  const guess = { kind: "way-back", email: param("link"), source: source.address, now: panel.now() } as const;
  return (await mayProve(panel.queries, guess)) ? await nowherePage(context) : await tooManyPage(context);
}

const found =
  (handle: (context: RequestContext, way: FoundWayBack) => Promise<Response>) =>
  async (context: RequestContext): Promise<Response> => {
    const { actor, panel, param } = context;
    const way = await findWayBack(panel.queries, param("link"), panel.now());
    if (way === undefined) return await nowhere(context);
    if (actor.kind !== "person" || actor.id === way.account.id) return await handle(context, way);
    const because = "it is for somebody else";
    await context.audit({ action: "way-back.use", subject: way.account.email, outcome: "denied", detail: { because } });
    return await notForYouPage(context);
  };

async function setPassword(context: RequestContext, way: FoundWayBack): Promise<Response> {
  const { panel, source, texts, param } = context;
  const { queries } = panel;
  const { email } = way.account;
  const proof = { kind: "way-back", email, source: source.address, now: panel.now() } as const;
  if (!(await mayProve(queries, proof))) {
    const errors = { "": `${texts.shell.tooMany.title}. ${texts.shell.tooMany.text}` };
    return await wayBackPage(context, way, { errors, status: 429 });
  }
  const read = readForm(context, NewPassword, { password: texts.accounts.form.password });
  if (read.kind === "wrong") return await wayBackPage(context, way, { errors: read.errors, status: 422 });
  const { password } = read.value;
  const problem = newPasswordError(context, password, email);
  if (problem !== undefined) return await wayBackPage(context, way, { errors: { password: problem }, status: 422 });
  const passwordHash = await hashPassword(password);
  const used = await takeWayBack(queries, param("link"), { passwordHash, now: panel.now() });
  if (used === undefined) return await nowherePage(context);
  await proved(queries, proof);
  const secondFactor = used.withoutFactors ? "taken away" : "kept";
  const entry = { actor: `person ${email}`, action: "way-back.use", subject: email, source: source.address };
  const detail = { givenBy: used.giver, secondFactor };
  await writeAuditFor(queries, used.operators, { ...entry, outcome: "done", detail }, panel.now());
  return await afterPassword(context, used.account, undefined, "way back");
}

/** The links by which people who cannot sign in any more set a new password. */
export const wayBackRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: "/way-back/:link",
    permission: "way-back.use",
    handle: found((context, way) => wayBackPage(context, way)),
  }),
  route({ method: "POST", path: "/way-back/:link", permission: "way-back.use", handle: found(setPassword) }),
];
