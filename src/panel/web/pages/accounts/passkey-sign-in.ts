import { attempt } from "../../../accounts/attempts.ts";
import { accountOf } from "../../../accounts/people.ts";
import { askForPasskey, takePasskey } from "../../../accounts/passkeys.ts";
import { networkOf } from "../../../accounts/proof-limit.ts";
import { returnPath } from "../../refuse.tsx";
import { route, type RequestContext, type Route } from "../../route.ts";
import { passkeySite, readPasskeyAnswer } from "./passkey-answer.ts";
import { auditSignIn, signIn } from "./sign-in-session.ts";

/** Of one source: guessing is hopeless, but each attempt is kept for a while. */
const limit = { count: 60, window: 15 * 60_000 };

function within({ panel, source }: RequestContext): Promise<boolean> {
  return attempt(panel.queries, `passkey from ${networkOf(source.address)}`, limit, panel.now());
}

/** Signing in by a passkey, which is both factors: the device verifies its person. In JSON, for the script. */
export const passkeySignInRoutes: readonly Route[] = [
  route({
    method: "POST",
    path: "/sign-in/passkey/options",
    permission: "session.start",
    async handle(context) {
      if (!(await within(context))) return context.http.json({ code: "too-many-attempts" }, 429);
      return context.http.json(await askForPasskey(passkeySite(context), null));
    },
  }),
  route({
    method: "POST",
    path: "/sign-in/passkey",
    permission: "session.start",
    async handle(context) {
      if (!(await within(context))) return context.http.json({ code: "too-many-attempts" }, 429);
      const answer = await readPasskeyAnswer(context, "use");
      const person = answer === undefined ? undefined : await takePasskey(passkeySite(context), null, answer);
      if (person === undefined) {
        await auditSignIn(context, undefined, { by: "passkey", outcome: "failed" });
        return context.http.json({ code: "passkey-refused" }, 422);
      }
      await signIn(context, await accountOf(context.panel.queries, person), "passkey");
      return context.http.json({ next: returnPath(answer?.next) ?? "/" });
    },
  }),
];
