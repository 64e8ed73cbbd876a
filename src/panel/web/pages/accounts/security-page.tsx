import type { FC } from "hono/jsx";
import { demandsFactor } from "../../../access/factor-demand.ts";
import { accountOf } from "../../../accounts/people.ts";
import { passkeysOf, type ListedPasskey } from "../../../accounts/passkeys.ts";
import { asksForMore, secondFactorsOf, type SecondFactors } from "../../../accounts/second-factor.ts";
import { page } from "../../answer.tsx";
import { ErrorSummary, Form, TextField, type FieldErrors } from "../../parts/form.tsx";
import type { PersonContext } from "../../route.ts";
import { AddPasskey } from "./add-passkey.tsx";
import { NewPasswordField } from "./new-password.tsx";
import { Table } from "../../parts/table.tsx";

/** What the page says beside what it shows. */
export interface SecurityState {
  readonly errors?: FieldErrors;
  readonly status?: 200 | 409 | 422 | 429;
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

/** In place of what would take the last second factor away, where one is demanded. */
const LastFactor: FC<{ readonly context: PersonContext }> = ({ context }) => (
  <p class="muted">{context.texts.accounts.security.lastFactor}</p>
);

const Totp: FC<{ readonly context: PersonContext; readonly on: boolean; readonly last: boolean }> = ({
  context,
  on,
  last,
}) => {
  const { security } = context.texts.accounts;
  return (
    <>
      <p>{security.totpText}</p>
      <p>
        <span class={on ? "state good" : "state off"}>{on ? security.on : security.off}</span>
      </p>
      {on && last && <LastFactor context={context} />}
      {on && !last && (
        <Form context={context} action="/profile/security/totp/disable">
          <p class="actions">
            <button type="submit" class="danger">
              {security.totpDisable}
            </button>
          </p>
        </Form>
      )}
      {!on && (
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

const PasskeyRow: FC<{
  readonly context: PersonContext;
  readonly passkey: ListedPasskey;
  readonly last: boolean;
}> = ({ context, passkey, last }) => {
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
        {!last && (
          <Form context={context} action="/profile/security/passkeys/remove">
            <input type="hidden" name="id" value={id} />
            <button type="submit" class="quiet" aria-label={security.passkeyRemoveOf(name)}>
              {security.passkeyRemove}
            </button>
          </Form>
        )}
      </td>
    </tr>
  );
};

const Passkeys: FC<{
  readonly context: PersonContext;
  readonly passkeys: readonly ListedPasskey[];
  readonly last: boolean;
}> = ({ context, passkeys, last }) => {
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
            <PasskeyRow context={context} passkey={passkey} last={last} />
          ))}
        </Table>
      )}
      {last && passkeys.length > 0 && <LastFactor context={context} />}
      <AddPasskey context={context} />
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
  const demanded = demandsFactor(panel.settings.requireSecondFactor, actor);
  const last = demanded && Number(factors.totp) + factors.passkeys === 1;
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
      <Totp context={context} on={factors.totp} last={last} />
      <h2>{security.passkeysTitle}</h2>
      <Passkeys context={context} passkeys={passkeys} last={last} />
      {asksForMore(factors) && <Codes context={context} count={factors.codes} />}
    </>,
  );
}
