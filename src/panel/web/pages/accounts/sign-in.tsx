import type { Child } from "hono/jsx";
import { z } from "zod";
import { findAccount } from "../../../accounts/people.ts";
import { verifyPassword } from "../../../accounts/password.ts";
import { mayProve, proved } from "../../../accounts/proof-limit.ts";
import { goTo, page } from "../../answer.tsx";
import { ErrorSummary, Form, TextField, type FieldErrors } from "../../parts/form.tsx";
import { returnPath } from "../../refuse.tsx";
import { route, type RequestContext, type Route } from "../../route.ts";
import { PasskeyButton } from "./passkey-button.tsx";
import { fields, readForm } from "./read-form.ts";
import { afterPassword, auditSignIn } from "./sign-in-session.ts";

const SignInForm = z.strictObject({ email: fields.email, password: fields.password, next: fields.next });

function signInPage(
  context: RequestContext,
  state: { readonly errors?: FieldErrors; readonly status?: 200 | 422 | 429; readonly next?: string | undefined } = {},
): Promise<Response> {
  const { errors = {}, status = 200 } = state;
  const { signIn } = context.texts.accounts;
  const next = returnPath(state.next);
  const content: Child = (
    <>
      <ErrorSummary context={context} errors={errors} />
      <PasskeyButton
        context={context}
        kind="use"
        ask="/sign-in/passkey/options"
        answer="/sign-in/passkey"
        label={signIn.passkey}
        next={next}
      />
      <Form context={context} action="/sign-in">
        {next !== undefined && <input type="hidden" name="next" value={next} />}
        <TextField
          name="email"
          label={signIn.email}
          type="email"
          autocomplete="username"
          value={context.form["email"]}
          error={errors["email"]}
          required
        />
        <TextField
          name="password"
          label={signIn.password}
          type="password"
          autocomplete="current-password"
          error={errors["password"]}
          required
        />
        <p class="actions">
          <button type="submit">{signIn.submit}</button>
        </p>
      </Form>
      <p class="muted">{signIn.forgotten}</p>
      <p class="muted">{signIn.noAccount}</p>
    </>
  );
  return page(context, { title: signIn.title, status, scripts: ["passkey.js"] }, content);
}

async function takeSignIn(context: RequestContext): Promise<Response> {
  const { panel, source, texts } = context;
  const { signIn } = texts.accounts;
  const next = context.form["next"];
  const read = readForm(context, SignInForm, { email: signIn.emailWrong, password: signIn.passwordMissing });
  if (read.kind === "wrong") return signInPage(context, { errors: read.errors, status: 422, next });
  const { email, password } = read.value;
  const proof = { kind: "password", email, source: source.address, now: panel.now() } as const;
  if (!(await mayProve(panel.queries, proof)))
    return signInPage(context, {
      errors: { "": `${texts.shell.tooMany.title}. ${texts.shell.tooMany.text}` },
      status: 429,
      next,
    });
  const account = await findAccount(panel.queries, email);
  // Both ways take the same time and say the same: nobody learns here who has an account.
  const right = await verifyPassword(password, account?.password_hash);
  if (account === undefined || !right) {
    await auditSignIn(context, account, { by: "password", outcome: "failed" });
    return signInPage(context, { errors: { "": signIn.wrong }, status: 422, next });
  }
  await proved(panel.queries, proof);
  return await afterPassword(context, account, next);
}

/** Signing in by e-mail address and password. */
export const signInRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: "/sign-in",
    permission: "session.start",
    handle: (context) => {
      const next = context.http.req.query("next");
      return context.actor.kind === "person" ? goTo(context, returnPath(next) ?? "/") : signInPage(context, { next });
    },
  }),
  route({ method: "POST", path: "/sign-in", permission: "session.start", handle: takeSignIn }),
];
