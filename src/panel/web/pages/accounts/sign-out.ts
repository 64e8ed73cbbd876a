import { endSession } from "../../../accounts/sessions.ts";
import { goTo } from "../../answer.tsx";
import { clearSessionCookie, sessionCookie } from "../../cookie.ts";
import { route, type Route } from "../../route.ts";

/** Signing out. */
export const signOutRoutes: readonly Route[] = [
  route({
    method: "POST",
    path: "/profile/sign-out",
    permission: "session.end",
    async handle(context) {
      const secret = sessionCookie(context.http);
      if (secret !== undefined) await endSession(context.panel.queries, secret);
      clearSessionCookie(context.http);
      await context.audit({ action: "session.end", subject: context.actor.email });
      return goTo(context, "/sign-in");
    },
  }),
];
