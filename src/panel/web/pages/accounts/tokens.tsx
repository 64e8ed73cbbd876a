import type { FC } from "hono/jsx";
import { z } from "zod";
import { tokenScopes } from "../../../access/scope.ts";
import { makeToken, revokeToken, tokensOf, type ListedToken } from "../../../accounts/tokens.ts";
import { goTo, page } from "../../answer.tsx";
import { Choice, ErrorSummary, Form, Switch, TextField, type FieldErrors } from "../../parts/form.tsx";
import { refuse } from "../../refuse.tsx";
import { route, type OperatorContext, type Route } from "../../route.ts";
import { fields, readForm } from "./read-form.ts";
import { Table } from "../../parts/table.tsx";

/** Days for which a token can be good. */
const lifetimes = [30, 90, 365] as const;
const day = 24 * 3_600_000;

const Yes = z.literal("true").optional();
const NewToken = z.strictObject({
  name: fields.name,
  lifetime: z.enum(lifetimes.map(String)),
  read: Yes,
  write: Yes,
  deploy: Yes,
});
const ById = z.strictObject({ id: fields.id });

const TokenRow: FC<{ readonly context: OperatorContext; readonly token: ListedToken }> = ({ context, token }) => {
  const { texts, format, panel, operator } = context;
  const { tokens: words } = texts.accounts;
  return (
    <tr>
      <th scope="row">{token.name}</th>
      <td>{format.list(token.scopes.map((scope) => words.scopeNames[scope]))}</td>
      <td>{token.madeBy}</td>
      <td>
        <time datetime={token.until.toISOString()}>{format.date(token.until)}</time>
      </td>
      <td>
        {token.used === null ? (
          texts.shell.never
        ) : (
          <time datetime={token.used.toISOString()} title={format.dateTime(token.used)}>
            {format.ago(token.used, panel.now())}
          </time>
        )}
      </td>
      <td>
        <Form context={context} action={`/operators/${operator.id}/tokens/revoke`}>
          <input type="hidden" name="id" value={token.id} />
          <button type="submit" class="quiet" aria-label={words.revokeOf(token.name)}>
            {words.revoke}
          </button>
        </Form>
      </td>
    </tr>
  );
};

async function tokensPage(
  context: OperatorContext,
  made?: { readonly name: string; readonly token: string },
): Promise<Response> {
  const { panel, operator, texts, http } = context;
  const { tokens: words } = texts.accounts;
  const tokens = await tokensOf(panel.queries, operator.id, panel.now());
  return await page(
    context,
    { title: texts.shell.tokens, operator, here: "tokens" },
    <>
      {made !== undefined && (
        <div class="notice good" role="status">
          <h2>{words.madeTitle(made.name)}</h2>
          <p>{words.madeText}</p>
          <p>
            <code>{made.token}</code>
          </p>
        </div>
      )}
      {http.req.query("done") === "revoked" && (
        <p class="notice good" role="status">
          {words.revoked}
        </p>
      )}
      <p>{words.intro}</p>
      {tokens.length === 0 ? (
        <p class="empty">{words.none}</p>
      ) : (
        <Table
          caption={words.caption(operator.name)}
          columns={[words.name, words.scopes, words.madeBy, words.until, words.used, words.actions]}
        >
          {tokens.map((token) => (
            <TokenRow context={context} token={token} />
          ))}
        </Table>
      )}
      <p class="actions">
        <a class="button" href={`/operators/${operator.id}/tokens/new`}>
          {words.new}
        </a>
      </p>
    </>,
  );
}

function newPage(context: OperatorContext, errors: FieldErrors = {}): Promise<Response> {
  const { operator, texts, form } = context;
  const { tokens: words } = texts.accounts;
  const status = Object.keys(errors).length > 0 ? 422 : 200;
  return page(
    context,
    { title: words.newTitle, operator, here: "tokens", status },
    <>
      <ErrorSummary context={context} errors={errors} />
      <Form context={context} action={`/operators/${operator.id}/tokens`}>
        <TextField
          name="name"
          label={words.name}
          hint={words.nameHint}
          autocomplete="off"
          maxlength={100}
          value={form["name"]}
          error={errors["name"]}
          required
        />
        <fieldset class="field">
          <legend>{words.scopes}</legend>
          {tokenScopes.map((scope) => (
            <Switch
              name={scope}
              label={words.scopeNames[scope]}
              hint={words.scopeHints[scope]}
              error={scope === "read" ? errors["read"] : undefined}
              checked={form[scope] === "true" || (status === 200 && scope === "read")}
            />
          ))}
        </fieldset>
        <Choice
          name="lifetime"
          label={words.lifetime}
          options={lifetimes.map((days) => ({ value: String(days), label: words.days(days) }))}
          value={form["lifetime"] ?? "90"}
          error={errors["lifetime"]}
        />
        <p class="actions">
          <button type="submit">{words.make}</button>
          <a class="button secondary" href={`/operators/${operator.id}/tokens`}>
            {texts.shell.cancel}
          </a>
        </p>
      </Form>
    </>,
  );
}

async function make(context: OperatorContext): Promise<Response> {
  const { panel, operator, actor, texts } = context;
  const { tokens: words } = texts.accounts;
  const read = readForm(context, NewToken, { name: words.nameMissing, lifetime: words.lifetimeWrong });
  if (read.kind === "wrong") return await newPage(context, read.errors);
  const { name, lifetime, ...chosen } = read.value;
  const scopes = tokenScopes.filter((scope) => chosen[scope] !== undefined);
  if (scopes.length === 0) return await newPage(context, { read: words.scopesMissing });
  if (actor.kind !== "person") return await refuse(context, "denied", makeRoute);
  const { token } = await makeToken(panel.queries, {
    operator: operator.id,
    person: actor.id,
    name,
    scopes,
    lifetime: Number(lifetime) * day,
    now: panel.now(),
  });
  await context.audit({ action: "token.make", subject: name, detail: { scopes: scopes.join(", "), days: lifetime } });
  return await tokensPage(context, { name, token });
}

const makeRoute: Route = route({
  method: "POST",
  path: "/operators/:operator/tokens",
  permission: "token.write",
  handle: make,
});

const revokeRoute: Route = route({
  method: "POST",
  path: "/operators/:operator/tokens/revoke",
  permission: "token.write",
  async handle(context) {
    const { panel, operator } = context;
    const read = readForm(context, ById, {});
    const name = read.kind === "read" ? await revokeToken(panel.queries, operator.id, read.value.id) : undefined;
    if (name === undefined) return await refuse(context, "not-found", revokeRoute);
    await context.audit({ action: "token.revoke", subject: name });
    return goTo(context, `/operators/${operator.id}/tokens?done=revoked`);
  },
});

/** The API tokens of an operator. */
export const tokenRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: "/operators/:operator/tokens",
    permission: "token.read",
    handle: (context) => tokensPage(context),
  }),
  route({
    method: "GET",
    path: "/operators/:operator/tokens/new",
    permission: "token.write",
    handle: (context) => newPage(context),
  }),
  makeRoute,
  revokeRoute,
];
