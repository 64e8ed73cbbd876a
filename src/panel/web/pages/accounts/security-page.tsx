import type { FC } from "hono/jsx";
import { accountOf } from "../../../accounts/people.ts";
import { passkeysOf, type ListedPasskey } from "../../../accounts/passkeys.ts";
import { asksForMore, secondFactorsOf, type SecondFactors } from "../../../accounts/second-factor.ts";
import { page } from "../../answer.tsx";
import { ErrorSummary, Form, TextField, type FieldErrors } from "../../parts/form.tsx";
import type { PersonContext } from "../../route.ts";
import { NewPasswordField } from "./new-password.tsx";
import { PasskeyButton } from "./passkey-button.tsx";
import { Table } from "../../parts/table.tsx";

/** What the page says beside what it shows. */
export interface SecurityState {
  readonly errors?: FieldErrors;
  readonly status?: 200 | 422 | 429;
}

/** What was done before the browser was sent here, by the word in the address. */
const said = {
  password: "passwordChanged",
  "totp-off": "totpDisabled",
  "passkey-added": "passkeyAdded",
  "passkey-removed": "passkeyRemoved",
} as const;

const Password: FC<{ readonly context: PersonContext; readonly errors: FieldErrors }> = ({ context, errors }) => {
  const { security } = context.texts.accounts;
  return (
    <Form context={context} action="/profile/security/password">
      <TextField
        name="current"
        label={security.current}
        type="password"
        autocomplete="current-password"
        error={errors["current"]}
        required
      />
      <NewPasswordField context={context} name="password" label={security.new} errors={errors} />
      <p class="actions">
        <button type="submit">{security.changePassword}</button>
      </p>
    </Form>
  );
};

const Totp: FC<{ readonly context: PersonContext; readonly on: boolean }> = ({ context, on }) => {
  const { security } = context.texts.accounts;
  return (
    <>
      <p>{security.totpText}</p>
      <p>
        <span class={on ? "state good" : "state off"}>{on ? security.on : security.off}</span>
      </p>
      {on ? (
        <Form context={context} action="/profile/security/totp/disable">
          <p class="actions">
            <button type="submit" class="danger">
              {security.totpDisable}
            </button>
          </p>
        </Form>
      ) : (
        <p class="actions">
          <a class="button" href="/profile/security/totp">
            {security.totpSetUp}
          </a>
        </p>
      )}
    </>
  );
};

const Codes: FC<{ readonly context: PersonContext; readonly count: number }> = ({ context, count }) => {
  const { security } = context.texts.accounts;
  return (
    <>
      <h2>{security.codesTitle}</h2>
      <p>{security.codesText}</p>
      <p class={count === 0 ? "notice bad" : "muted"}>{count === 0 ? security.codesNone : security.codesLeft(count)}</p>
      <Form context={context} action="/profile/security/recovery-codes">
        <p class="actions">
          <button type="submit" class={count === 0 ? "" : "secondary"}>
            {security.codesMake}
          </button>
        </p>
      </Form>
    </>
  );
};

const PasskeyRow: FC<{ readonly context: PersonContext; readonly passkey: ListedPasskey }> = ({ context, passkey }) => {
  const { texts, format, panel } = context;
  const { security } = texts.accounts;
  const { id, name, made, used } = passkey;
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>
        <time datetime={made.toISOString()}>{format.date(made)}</time>
      </td>
      <td>
        {used === null ? (
          texts.shell.never
        ) : (
          <time datetime={used.toISOString()} title={format.dateTime(used)}>
            {format.ago(used, panel.now())}
          </time>
        )}
      </td>
      <td>
        <Form context={context} action="/profile/security/passkeys/remove">
          <input type="hidden" name="id" value={id} />
          <button type="submit" class="quiet" aria-label={security.passkeyRemoveOf(name)}>
            {security.passkeyRemove}
          </button>
        </Form>
      </td>
    </tr>
  );
};

const Passkeys: FC<{ readonly context: PersonContext; readonly passkeys: readonly ListedPasskey[] }> = ({
  context,
  passkeys,
}) => {
  const { security, profile } = context.texts.accounts;
  return (
    <>
      <p>{security.passkeysText}</p>
      {passkeys.length === 0 ? (
        <p class="empty">{security.passkeysNone}</p>
      ) : (
        <Table
          caption={security.passkeysCaption}
          columns={[profile.name, security.passkeyMade, security.passkeyUsed, profile.actions]}
        >
          {passkeys.map((passkey) => (
            <PasskeyRow context={context} passkey={passkey} />
          ))}
        </Table>
      )}
      <noscript>
        <p>{security.passkeyScript}</p>
      </noscript>
      <TextField
        name="passkey-name"
        label={security.passkeyName}
        hint={security.passkeyNameHint}
        autocomplete="off"
        maxlength={100}
        required
      />
      <PasskeyButton
        context={context}
        kind="make"
        ask="/profile/security/passkeys/options"
        answer="/profile/security/passkeys"
        label={security.passkeyAdd}
        nameField="passkey-name"
      />
    </>
  );
};

/** Password, authenticator application, recovery codes and passkeys. */
export async function securityPage(context: PersonContext, state: SecurityState = {}): Promise<Response> {
  const { panel, actor, texts, http } = context;
  const { errors = {}, status = 200 } = state;
  const { security } = texts.accounts;
  const done = http.req.query("done") as keyof typeof said | undefined;
  const factors: SecondFactors = await secondFactorsOf(panel.queries, await accountOf(panel.queries, actor.id));
  const passkeys = await passkeysOf(panel.queries, actor.id);
  return await page(
    context,
    { title: security.title, here: "profile", status, scripts: ["passkey.js"] },
    <>
      <ErrorSummary context={context} errors={errors} />
      {done !== undefined && Object.hasOwn(said, done) && (
        <p class="notice good" role="status">
          {security[said[done]]}
        </p>
      )}
      <p>
        <a href="/profile">{security.back}</a>
      </p>
      <h2>{security.passwordTitle}</h2>
      <Password context={context} errors={errors} />
      <h2>{security.totpTitle}</h2>
      <Totp context={context} on={factors.totp} />
      <h2>{security.passkeysTitle}</h2>
      <Passkeys context={context} passkeys={passkeys} />
      {asksForMore(factors) && <Codes context={context} count={factors.codes} />}
    </>,
  );
}
