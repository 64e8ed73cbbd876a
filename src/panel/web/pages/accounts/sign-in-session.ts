import type { Account } from "../../../accounts/people.ts";
import { asksForMore, secondFactorsOf } from "../../../accounts/second-factor.ts";
import { endSession, endSessions, renewSession, startSession } from "../../../accounts/sessions.ts";
import { writeAudit } from "../../../audit/audit-log.ts";
import { goTo } from "../../answer.tsx";
import { sessionCookie, setSessionCookie } from "../../cookie.ts";
import { returnPath } from "../../refuse.tsx";
import type { PersonContext, RequestContext } from "../../route.ts";

/** By what somebody signed in or tried to. */
export type SignInWay = "password" | "second factor" | "recovery code" | "passkey" | "invitation" | "way back";

/** Writes a sign-in into the audit trail. Of unknown addresses nothing is kept: people type passwords there by mistake. */
export async function auditSignIn(
  { panel, source }: RequestContext,
  account: Account | undefined,
  { by, outcome }: { readonly by: SignInWay; readonly outcome: "done" | "failed" },
): Promise<void> {
  await writeAudit(
    panel.queries,
    {
      actor: account === undefined || outcome === "failed" ? "nobody" : `person ${account.email}`,
      action: "session.start",
      subject: account?.email ?? "unknown account",
      outcome,
      source: source.address,
      detail: { by },
    },
    panel.now(),
  );
}

async function begin(context: RequestContext, account: Account, stage: "password" | "complete"): Promise<void> {
  const { panel, http, source } = context;
  const old = sessionCookie(http);
  if (old !== undefined) await endSession(panel.queries, old);
  setSessionCookie(http, await startSession(panel.queries, { person: account.id, stage, source, now: panel.now() }));
}

/** Signs somebody in who proved all that the account asks for. What the older cookie stood for ends. */
export async function signIn(context: RequestContext, account: Account, by: SignInWay): Promise<void> {
  await begin(context, account, "complete");
  await auditSignIn(context, account, { by, outcome: "done" });
}

/** Goes on after the right password, or a new one: to where the person wanted, or to the second factor. */
export async function afterPassword(
  context: RequestContext,
  account: Account,
  next: string | undefined,
  by: SignInWay = "password",
): Promise<Response> {
  const path = returnPath(next);
  if (!asksForMore(await secondFactorsOf(context.panel.queries, account))) {
    await signIn(context, account, by);
    return goTo(context, path ?? "/");
  }
  await begin(context, account, "password");
  return goTo(
    context,
    path === undefined ? "/sign-in/second-factor" : `/sign-in/second-factor?next=${encodeURIComponent(path)}`,
  );
}

/**
 * After what protects an account has changed: its other sessions end, and this one gets another secret.
 * @returns the context for the page that follows, whose forms belong to the new secret
 */
export async function secureAgain(context: PersonContext): Promise<PersonContext> {
  const { panel, actor, http } = context;
  await endSessions(panel.queries, actor.id, actor.session);
  const secret = await renewSession(panel.queries, actor.session, panel.now());
  setSessionCookie(http, secret);
  return { ...context, formToken: panel.keys.sign(secret, "form") };
}
