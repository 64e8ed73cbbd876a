import { z } from "zod";
import { demandsFactor } from "../../../access/factor-demand.ts";
import { removeFactor } from "../../../accounts/remove-factor.ts";
import { enableTotp } from "../../../accounts/second-factor.ts";
import { checkTotp } from "../../../accounts/totp.ts";
import { goTo } from "../../answer.tsx";
import { route, type PersonContext, type Route } from "../../route.ts";
import { fields, readForm } from "./read-form.ts";
import { recoveryCodesPage } from "./recovery-codes-page.tsx";
import { securityPage } from "./security-page.tsx";
import { secureAgain } from "./sign-in-session.ts";
import { openSetUp, totpPage } from "./totp-page.tsx";

const SetUp = z.strictObject({ "set-up": z.string().max(500), code: fields.code });
const Nothing = z.strictObject({});

async function confirm(context: PersonContext): Promise<Response> {
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
  const again = await secureAgain({ ...context, actor: { ...actor, secondFactor: true, lacksFactor: false } });
  await context.audit({ action: "totp.enable", subject: actor.email });
  return await recoveryCodesPage(again, { done: security.totpEnabled, led: actor.lacksFactor });
}

async function disable(context: PersonContext): Promise<Response> {
  const { panel, actor, texts } = context;
  const read = readForm(context, Nothing, {});
  if (read.kind === "wrong") return await securityPage(context, { errors: read.errors, status: 422 });
  const demanded = demandsFactor(panel.settings.requireSecondFactor, actor);
  const { kind } = await removeFactor(panel.queries, { person: actor.id, factor: { kind: "totp" }, demanded });
  if (kind === "last")
    return await securityPage(context, { errors: { "": texts.accounts.security.lastFactor }, status: 409 });
  await secureAgain(context);
  await context.audit({ action: "totp.disable", subject: actor.email });
  return goTo(context, "/profile/security?done=totp-off");
}

/** Switching the authenticator application on and off. */
export const totpRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: "/profile/security/totp",
    permission: "profile.factor",
    handle: (context) => totpPage(context),
  }),
  route({ method: "POST", path: "/profile/security/totp", permission: "profile.factor", handle: confirm }),
  route({ method: "POST", path: "/profile/security/totp/disable", permission: "profile.secure", handle: disable }),
];
