import { z } from "zod";
import { demandsFactor } from "../../../access/factor-demand.ts";
import { addPasskey, askForNewPasskey } from "../../../accounts/passkeys.ts";
import { removeFactor } from "../../../accounts/remove-factor.ts";
import { goTo } from "../../answer.tsx";
import { refuse } from "../../refuse.tsx";
import { route, type Route } from "../../route.ts";
import { passkeySite, readPasskeyAnswer } from "./passkey-answer.ts";
import { fields, readForm } from "./read-form.ts";
import { securityPage } from "./security-page.tsx";
import { secureAgain } from "./sign-in-session.ts";

const ById = z.strictObject({ id: fields.id });

const removeRoute: Route = route({
  method: "POST",
  path: "/profile/security/passkeys/remove",
  permission: "profile.secure",
  async handle(context) {
    const { panel, actor, texts } = context;
    const read = readForm(context, ById, {});
    if (read.kind === "wrong") return await refuse(context, "not-found", removeRoute);
    const demanded = demandsFactor(panel.settings.requireSecondFactor, actor);
    const factor = { kind: "passkey", id: read.value.id } as const;
    const removal = await removeFactor(panel.queries, { person: actor.id, factor, demanded });
    if (removal.kind === "unknown") return await refuse(context, "not-found", removeRoute);
    if (removal.kind === "last")
      return await securityPage(context, { errors: { "": texts.accounts.security.lastFactor }, status: 409 });
    await secureAgain(context);
    await context.audit({ action: "passkey.remove", subject: actor.email, detail: { passkey: removal.name } });
    return goTo(context, "/profile/security?done=passkey-removed");
  },
});

/** Adding and removing one's passkeys. Adding is JSON, for the script. */
export const passkeyRoutes: readonly Route[] = [
  route({
    method: "POST",
    path: "/profile/security/passkeys/options",
    permission: "profile.factor",
    handle: async (context) => context.http.json(await askForNewPasskey(passkeySite(context), context.actor)),
  }),
  route({
    method: "POST",
    path: "/profile/security/passkeys",
    permission: "profile.factor",
    async handle(context) {
      const { actor, http } = context;
      const answer = await readPasskeyAnswer(context, "make");
      if (answer === undefined || !(await addPasskey(passkeySite(context), actor, answer)))
        return http.json({ code: "passkey-refused" }, 422);
      await secureAgain(context);
      await context.audit({ action: "passkey.add", subject: actor.email, detail: { passkey: answer.name } });
      return http.json({ next: "/profile/security?done=passkey-added" });
    },
  }),
  removeRoute,
];
