import { z } from "zod";
import { verifyPassword } from "../../../accounts/password.ts";
import { askForPasskey, takePasskey } from "../../../accounts/passkeys.ts";
import { accountOf, type Account } from "../../../accounts/people.ts";
import { mayProve, proved, type ProofAttempt } from "../../../accounts/proof-limit.ts";
import { secondFactorsOf, takeTotp } from "../../../accounts/second-factor.ts";
import { noteProof } from "../../../accounts/sessions.ts";
import { goTo, page } from "../../answer.tsx";
import { ErrorSummary, Form, TextField, type FieldErrors } from "../../parts/form.tsx";
import { returnPath } from "../../refuse.tsx";
import { route, type PersonContext, type Route } from "../../route.ts";
import { passkeySite, readPasskeyAnswer } from "./passkey-answer.ts";
import { PasskeyButton } from "./passkey-button.tsx";
import { fields, readForm } from "./read-form.ts";

const Proof = z.strictObject({
  password: z.string().max(4096).default(""),
  code: z.string().trim().max(40).default(""),
  next: fields.next,
});

async function provePage(
  context: PersonContext,
  state: { readonly errors?: FieldErrors; readonly status?: 200 | 422 | 429; readonly next?: string | undefined },
): Promise<Response> {
  const { panel, actor, texts } = context;
  const { errors = {}, status = 200 } = state;
  const { prove } = texts.accounts;
  const next = returnPath(state.next);
  const { totp, passkeys } = await secondFactorsOf(panel.queries, await accountOf(panel.queries, actor.id));
  return await page(
    context,
    { title: prove.title, here: "profile", status, scripts: ["passkey.js"] },
    <>
      <ErrorSummary context={context} errors={errors} />
      <p>{prove.text}</p>
      {passkeys > 0 && (
        <PasskeyButton
          context={context}
          kind="use"
          ask="/profile/prove/passkey/options"
          answer="/profile/prove/passkey"
          label={prove.passkey}
          next={next}
        />
      )}
      <Form context={context} action="/profile/prove">
        {next !== undefined && <input type="hidden" name="next" value={next} />}
        <TextField
          name="password"
          label={prove.password}
          type="password"
          autocomplete="current-password"
          error={errors["password"]}
        />
        {totp && (
          <TextField
            name="code"
            label={prove.orCode}
            autocomplete="one-time-code"
            inputmode="numeric"
            maxlength={7}
            error={errors["code"]}
          />
        )}
        <p class="actions">
          <button type="submit">{prove.submit}</button>
        </p>
      </Form>
    </>,
  );
}

async function right(context: PersonContext, account: Account, proof: z.output<typeof Proof>): Promise<boolean> {
  const { panel } = context;
  if (proof.password !== "") return await verifyPassword(proof.password, account.password_hash);
  return await takeTotp(panel, account, proof.code.replace(" ", ""), panel.now());
}

async function takeProof(context: PersonContext): Promise<Response> {
  const { panel, actor, source, texts, form } = context;
  const { prove } = texts.accounts;
  const { next } = form;
  const read = readForm(context, Proof, {});
  if (read.kind === "wrong") return await provePage(context, { errors: read.errors, status: 422, next });
  const { password, code } = read.value;
  if (password === "" && code === "")
    return await provePage(context, { errors: { password: prove.missing }, status: 422, next });
  const attempt: ProofAttempt = {
    kind: password === "" ? "second-factor" : "password",
    email: actor.email,
    source: source.address,
    now: panel.now(),
  };
  if (!(await mayProve(panel.queries, attempt))) {
    const errors = { "": `${texts.shell.tooMany.title}. ${texts.shell.tooMany.text}` };
    return await provePage(context, { errors, status: 429, next });
  }
  if (!(await right(context, await accountOf(panel.queries, actor.id), read.value))) {
    const field = password === "" ? "code" : "password";
    return await provePage(context, { errors: { [field]: prove.wrong }, status: 422, next });
  }
  await proved(panel.queries, attempt);
  await noteProof(panel.queries, actor.session, panel.now());
  await context.audit({ action: "profile.prove", subject: actor.email, detail: { by: attempt.kind } });
  return goTo(context, returnPath(next) ?? "/profile");
}

/** Proving again who it is, before what could do harm. */
export const proveRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: "/profile/prove",
    permission: "profile.prove",
    handle: (context) => provePage(context, { next: context.http.req.query("next") }),
  }),
  route({ method: "POST", path: "/profile/prove", permission: "profile.prove", handle: takeProof }),
  route({
    method: "POST",
    path: "/profile/prove/passkey/options",
    permission: "profile.prove",
    handle: async (context) => context.http.json(await askForPasskey(passkeySite(context), context.actor.id)),
  }),
  route({
    method: "POST",
    path: "/profile/prove/passkey",
    permission: "profile.prove",
    async handle(context) {
      const { panel, actor, http } = context;
      const answer = await readPasskeyAnswer(context, "use");
      const person = answer === undefined ? undefined : await takePasskey(passkeySite(context), actor.id, answer);
      if (person === undefined) return http.json({ code: "passkey-refused" }, 422);
      await noteProof(panel.queries, actor.session, panel.now());
      await context.audit({ action: "profile.prove", subject: actor.email, detail: { by: "passkey" } });
      return http.json({ next: returnPath(answer?.next) ?? "/profile" });
    },
  }),
];
