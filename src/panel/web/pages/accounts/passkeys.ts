import { z } from "zod";
import { addPasskey, askForNewPasskey, removePasskey } from "../../../accounts/passkeys.ts";
import { goTo } from "../../answer.tsx";
import { refuse } from "../../refuse.tsx";
import { route, type Route } from "../../route.ts";
import { passkeySite, readPasskeyAnswer } from "./passkey-answer.ts";
import { fields, readForm } from "./read-form.ts";
import { dropCodesWithoutFactor } from "./security.ts";
import { secureAgain } from "./sign-in-session.ts";

const ById = z.strictObject({ id: fields.id });

const removeRoute: Route = route({
  method: "POST",
  path: "/profile/security/passkeys/remove",
  permission: "profile.secure",
  async handle(context) {
    const { panel, actor } = context;
    const read = readForm(context, ById, {});
    const name = read.kind === "read" ? await removePasskey(panel.queries, actor.id, read.value.id) : undefined;
    if (name === undefined) return await refuse(context, "not-found", removeRoute);
    await dropCodesWithoutFactor(context);
    await secureAgain(context);
    await context.audit({ action: "passkey.remove", subject: actor.email, detail: { passkey: name } });
    return goTo(context, "/profile/security?done=passkey-removed");
  },
});

/** Adding and removing one's passkeys. Adding is JSON, for the script. */
export const passkeyRoutes: readonly Route[] = [
  route({
    method: "POST",
    path: "/profile/security/passkeys/options",
    permission: "profile.secure",
    handle: async (context) => context.http.json(await askForNewPasskey(passkeySite(context), context.actor)),
  }),
  route({
    method: "POST",
    path: "/profile/security/passkeys",
    permission: "profile.secure",
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
