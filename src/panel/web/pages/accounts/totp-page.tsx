import type { FC } from "hono/jsx";
import { encode } from "uqr";
import { newTotpSecret, totpUri } from "../../../accounts/totp.ts";
import { page } from "../../answer.tsx";
import { ErrorSummary, Form, TextField, type FieldErrors } from "../../parts/form.tsx";
import { factorPath } from "../../refuse.tsx";
import type { PersonContext } from "../../route.ts";

/** Milliseconds in which a set-up has to be confirmed. */
const setUpLimit = 30 * 60_000;

/** What a set-up's secret is sealed for: this person in this session. */
function purpose({ actor }: PersonContext): string {
  return `totp set-up of ${actor.id} in ${actor.session}`;
}

/** Takes the secret out of the form's field, which only this page of this session can have filled. */
export function openSetUp(context: PersonContext, sealed: string): string | undefined {
  const { panel } = context;
  try {
    const [secret = "", made = ""] = panel.keys.unseal(sealed, purpose(context)).split(" ");
    return panel.now() - Number(made) <= setUpLimit ? secret : undefined;
  } catch {
    return undefined;
  }
}

/** A QR code as one path: black on white in either colour scheme, with the quiet zone that cameras need. */
const Picture: FC<{ readonly text: string; readonly label: string }> = ({ text, label }) => {
  const { data, size } = encode(text, { border: 4 });
  const squares = data.flatMap((row, y) => row.map((dark, x) => (dark ? `M${String(x)} ${String(y)}h1v1h-1z` : "")));
  return (
    <svg role="img" aria-label={label} viewBox={`0 0 ${String(size)} ${String(size)}`} width="240" height="240">
      <rect width={String(size)} height={String(size)} fill="#fff" />
      <path d={squares.join("")} fill="#000" shape-rendering="crispEdges" />
    </svg>
  );
};

/**
 * Shows a secret to the authenticator application; it counts from the first right code on.
 * @param state.secret the one of a set-up that goes on; a new one when not given
 */
export function totpPage(
  context: PersonContext,
  state: { readonly errors?: FieldErrors; readonly status?: 200 | 422; readonly secret?: string } = {},
): Promise<Response> {
  const { panel, actor, texts } = context;
  const { errors = {}, status = 200, secret = newTotpSecret() } = state;
  const { security } = texts.accounts;
  const grouped = secret.match(/.{1,4}/g) ?? [];
  return page(
    context,
    { title: security.totpTitle, here: "profile", status },
    <>
      <ErrorSummary context={context} errors={errors} />
      <p>{security.totpScan}</p>
      <p>
        <Picture text={totpUri(secret, actor.email)} label={security.totpPicture} />
      </p>
      <dl class="facts">
        <dt>{security.totpSecret}</dt>
        <dd>
          <code>{grouped.join(" ")}</code>
        </dd>
      </dl>
      <Form context={context} action="/profile/security/totp">
        <input
          type="hidden"
          name="set-up"
          value={panel.keys.seal(`${secret} ${String(panel.now())}`, purpose(context))}
        />
        <TextField
          name="code"
          label={security.totpCode}
          hint={security.totpCodeHint}
          autocomplete="one-time-code"
          inputmode="numeric"
          maxlength={7}
          error={errors["code"]}
          required
        />
        <p class="actions">
          <button type="submit">{security.totpConfirm}</button>
          <a class="button secondary" href={actor.lacksFactor ? factorPath : "/profile/security"}>
            {texts.shell.cancel}
          </a>
        </p>
      </Form>
    </>,
  );
}
