import { z } from "zod";
import { hashPassword, verifyPassword } from "../../../accounts/password.ts";
import { accountOf } from "../../../accounts/people.ts";
import { mayProve, proved } from "../../../accounts/proof-limit.ts";
import { asksForMore, secondFactorsOf } from "../../../accounts/second-factor.ts";
import { endWaysBack } from "../../../accounts/ways-back.ts";
import { goTo } from "../../answer.tsx";
import { route, type PersonContext, type Route } from "../../route.ts";
import { newPasswordError } from "./new-password.tsx";
import { fields, readForm } from "./read-form.ts";
import { recoveryCodesPage } from "./recovery-codes-page.tsx";
import { securityPage } from "./security-page.tsx";
import { secureAgain } from "./sign-in-session.ts";

const Passwords = z.strictObject({ current: fields.password, password: fields.password });
const Nothing = z.strictObject({});

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
  // Whoever knows the password needs no way back, and one that somebody else has in hands opens nothing any more.
  await endWaysBack(panel.queries, actor.id, panel.now());
  await secureAgain(context);
  await context.audit({ action: "password.change", subject: actor.email });
  return goTo(context, "/profile/security?done=password");
}

/** Password and recovery codes. All of it needs a fresh proof. */
export const securityRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: "/profile/security",
    permission: "profile.secure",
    handle: (context) => securityPage(context),
  }),
  route({ method: "POST", path: "/profile/security/password", permission: "profile.secure", handle: changePassword }),
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
