import { z } from "zod";
import { accountOf, type Account } from "../../../accounts/people.ts";
import { mayProve, proved } from "../../../accounts/proof-limit.ts";
import { secondFactorsOf, takeRecoveryCode, takeTotp } from "../../../accounts/second-factor.ts";
import { findSession } from "../../../accounts/sessions.ts";
import { goTo, page } from "../../answer.tsx";
import { sessionCookie } from "../../cookie.ts";
import { ErrorSummary, Form, TextField, type FieldErrors } from "../../parts/form.tsx";
import { returnPath } from "../../refuse.tsx";
import { route, type RequestContext, type Route } from "../../route.ts";
import { PasskeyButton } from "./passkey-button.tsx";
import { fields, readForm } from "./read-form.ts";
import { auditSignIn, signIn } from "./sign-in-session.ts";

const path = "/sign-in/second-factor";
const CodeForm = z.strictObject({ code: fields.code, next: fields.next });

/** Whose password was right in this browser, and whose second factor is missing. */
async function halfSignedIn({ http, panel }: RequestContext): Promise<Account | undefined> {
  const secret = sessionCookie(http);
  const session = secret === undefined ? undefined : await findSession(panel.queries, secret, panel.now());
  return session?.stage === "password" ? await accountOf(panel.queries, session.actor.id) : undefined;
}

async function codePage(
  context: RequestContext,
  account: Account,
  state: { readonly errors?: FieldErrors; readonly status?: 200 | 422 | 429; readonly next?: string | undefined },
): Promise<Response> {
  const { errors = {}, status = 200 } = state;
  const { secondFactor, signIn } = context.texts.accounts;
  const next = returnPath(state.next);
  const { totp, passkeys } = await secondFactorsOf(context.panel.queries, account);
  return page(
    context,
    { title: secondFactor.title, status, scripts: ["passkey.js"] },
    <>
      <ErrorSummary context={context} errors={errors} />
      {passkeys > 0 && (
        <PasskeyButton
          context={context}
          kind="use"
          ask="/sign-in/passkey/options"
          answer="/sign-in/passkey"
          label={signIn.passkey}
          next={next}
        />
      )}
      <Form context={context} action={path}>
        {next !== undefined && <input type="hidden" name="next" value={next} />}
        <TextField
          name="code"
          label={totp ? secondFactor.code : secondFactor.recoveryCode}
          hint={totp ? secondFactor.codeHint : secondFactor.recoveryHint}
          autocomplete="one-time-code"
          maxlength={40}
          error={errors["code"]}
          required
          autofocus
        />
        <p class="actions">
          <button type="submit">{secondFactor.submit}</button>
          <a class="button quiet" href="/sign-in">
            {secondFactor.startOver}
          </a>
        </p>
      </Form>
    </>,
  );
}

async function takeCode(context: RequestContext): Promise<Response> {
  const { panel, source, texts } = context;
  const { secondFactor } = texts.accounts;
  const account = await halfSignedIn(context);
  if (account === undefined) return goTo(context, "/sign-in");
  const next = context.form["next"];
  const read = readForm(context, CodeForm, { code: secondFactor.missing });
  if (read.kind === "wrong") return await codePage(context, account, { errors: read.errors, status: 422, next });
  const now = panel.now();
  const proof = { kind: "second-factor", email: account.email, source: source.address, now } as const;
  if (!(await mayProve(panel.queries, proof)))
    return await codePage(context, account, {
      errors: { "": `${texts.shell.tooMany.title}. ${texts.shell.tooMany.text}` },
      status: 429,
      next,
    });
  const { code } = read.value;
  const isTotp = /^[0-9]{3} ?[0-9]{3}$/.test(code);
  const by = isTotp ? "second factor" : "recovery code";
  const right = isTotp
    ? await takeTotp(panel, account, code.replace(" ", ""), now)
    : await takeRecoveryCode(panel.queries, account.id, code, now);
  if (!right) {
    await auditSignIn(context, account, { by, outcome: "failed" });
    return await codePage(context, account, { errors: { code: secondFactor.wrong }, status: 422, next });
  }
  await proved(panel.queries, proof);
  await signIn(context, account, by);
  return goTo(context, returnPath(next) ?? "/");
}

/** The second step of signing in. */
export const secondFactorRoutes: readonly Route[] = [
  route({
    method: "GET",
    path,
    permission: "session.start",
    async handle(context) {
      const account = await halfSignedIn(context);
      const next = context.http.req.query("next");
      if (account !== undefined) return await codePage(context, account, { next });
      return goTo(context, context.actor.kind === "person" ? (returnPath(next) ?? "/") : "/sign-in");
    },
  }),
  route({ method: "POST", path, permission: "session.start", handle: takeCode }),
];
