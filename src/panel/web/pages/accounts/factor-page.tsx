import { goTo, page } from "../../answer.tsx";
import { factorPath } from "../../refuse.tsx";
import { route, type PersonContext, type Route } from "../../route.ts";
import { AddPasskey } from "./add-passkey.tsx";

/** Leads through the one thing that is open to whoever lacks a second factor that is demanded of them. */
function factorPage(context: PersonContext): Response | Promise<Response> {
  const { actor, texts } = context;
  const { security } = texts.accounts;
  if (!actor.lacksFactor) return goTo(context, "/profile/security");
  return page(
    context,
    { title: security.factorTitle, scripts: ["passkey.js"] },
    <>
      <p>{security.factorText}</p>
      <h2>{security.totpTitle}</h2>
      <p>{security.totpText}</p>
      <p class="actions">
        <a class="button" href="/profile/security/totp">
          {security.totpSetUp}
        </a>
      </p>
      <h2>{security.passkeyTitle}</h2>
      <p>{security.passkeysText}</p>
      <AddPasskey context={context} />
    </>,
  );
}

/** Setting up a second factor that is demanded. */
export const factorRoutes: readonly Route[] = [
  route({ method: "GET", path: factorPath, permission: "profile.factor", handle: factorPage }),
];
