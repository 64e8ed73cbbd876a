import { z } from "zod";
import { hashPassword, verifyPassword } from "../../../accounts/password.ts";
import { accountOf } from "../../../accounts/people.ts";
import { mayProve, proved } from "../../../accounts/proof-limit.ts";
import {
  asksForMore,
  disableTotp,
  dropRecoveryCodes,
  enableTotp,
  secondFactorsOf,
} from "../../../accounts/second-factor.ts";
import { checkTotp } from "../../../accounts/totp.ts";
import { goTo } from "../../answer.tsx";
import { route, type PersonContext, type Route } from "../../route.ts";
import { newPasswordError } from "./new-password.tsx";
import { fields, readForm } from "./read-form.ts";
import { recoveryCodesPage } from "./recovery-codes-page.tsx";
import { securityPage } from "./security-page.tsx";
import { secureAgain } from "./sign-in-session.ts";
import { openSetUp, totpPage } from "./totp-page.tsx";

const Passwords = z.strictObject({ current: fields.password, password: fields.password });
const SetUp = z.strictObject({ "set-up": z.string().max(500), code: fields.code });
const Nothing = z.strictObject({});

/** Recovery codes stand in for a second factor: without one there is nothing that they are good for. */
export async function dropCodesWithoutFactor({ panel, actor }: PersonContext): Promise<void> {
  const factors = await secondFactorsOf(panel.queries, await accountOf(panel.queries, actor.id));
  if (!asksForMore(factors)) await dropRecoveryCodes(panel.queries, actor.id);
}

async function changePassword(context: PersonContext): Promise<Response> {
  const { panel, actor, source, texts } = context;
  const { form, security } = texts.accounts;
  const read = readForm(context, Passwords, { current: form.password, password: form.password });
  if (read.kind === "wrong") return await securityPage(context, { errors: read.errors, status: 422 });
  const { current, password } = read.value;
  const proof = { kind: "password", email: actor.email, source: source.address, now: panel.now() } as const;
  if (!(await mayProve(panel.queries, proof))) {
    const errors = { "": `${texts.shell.tooMany.title}. ${texts.shell.tooMany.text}` };
    return await securityPage(context, { errors, status: 429 });
  }
  const account = await accountOf(panel.queries, actor.id);
  if (!(await verifyPassword(current, account.password_hash)))
    return await securityPage(context, { errors: { current: security.currentWrong }, status: 422 });
  await proved(panel.queries, proof);
  const problem = newPasswordError(context, password, actor.email);
  if (problem !== undefined) return await securityPage(context, { errors: { password: problem }, status: 422 });
  await panel.queries
    .updateTable("person")
    .set({ password_hash: await hashPassword(password) })
    .where("id", "=", actor.id)
    .execute();
  await secureAgain(context);
  await context.audit({ action: "password.change", subject: actor.email });
  return goTo(context, "/profile/security?done=password");
}

async function confirmTotp(context: PersonContext): Promise<Response> {
  const { panel, actor, texts } = context;
  const { security, secondFactor } = texts.accounts;
  const sealed = context.form["set-up"] ?? "";
  const secret = openSetUp(context, sealed);
  if (secret === undefined) return await totpPage(context, { errors: { "": security.totpStale }, status: 422 });
  const read = readForm(context, SetUp, { code: secondFactor.missing });
  if (read.kind === "wrong") return await totpPage(context, { errors: read.errors, status: 422, secret });
  const step = checkTotp(secret, read.value.code.replace(" ", ""), { now: panel.now(), after: null });
  if (step === undefined) return await totpPage(context, { errors: { code: security.totpWrong }, status: 422, secret });
  await enableTotp(panel, { person: actor.id, secret, step });
  const again = await secureAgain(context);
  await context.audit({ action: "totp.enable", subject: actor.email });
  return await recoveryCodesPage(again, security.totpEnabled);
}

/** Password, authenticator application and recovery codes. All of it needs a fresh proof. */
export const securityRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: "/profile/security",
    permission: "profile.secure",
    handle: (context) => securityPage(context),
  }),
  route({ method: "POST", path: "/profile/security/password", permission: "profile.secure", handle: changePassword }),
  route({
    method: "GET",
    path: "/profile/security/totp",
    permission: "profile.secure",
    handle: (context) => totpPage(context),
  }),
  route({ method: "POST", path: "/profile/security/totp", permission: "profile.secure", handle: confirmTotp }),
  route({
    method: "POST",
    path: "/profile/security/totp/disable",
    permission: "profile.secure",
    async handle(context) {
      const read = readForm(context, Nothing, {});
      if (read.kind === "wrong") return await securityPage(context, { errors: read.errors, status: 422 });
      await disableTotp(context.panel.queries, context.actor.id);
      await dropCodesWithoutFactor(context);
      await secureAgain(context);
      await context.audit({ action: "totp.disable", subject: context.actor.email });
      return goTo(context, "/profile/security?done=totp-off");
    },
  }),
  route({
    method: "POST",
    path: "/profile/security/recovery-codes",
    permission: "profile.secure",
    async handle(context) {
      const { panel, actor } = context;
      const read = readForm(context, Nothing, {});
      if (read.kind === "wrong") return await securityPage(context, { errors: read.errors, status: 422 });
      const factors = await secondFactorsOf(panel.queries, await accountOf(panel.queries, actor.id));
      if (!asksForMore(factors)) return goTo(context, "/profile/security");
      return await recoveryCodesPage(await secureAgain(context));
    },
  }),
];
