import type { Selectable } from "kysely";
import type { InvitationTable } from "../../../database/tables.ts";
import { page } from "../../answer.tsx";
import { ErrorSummary, Form, TextField, type FieldErrors } from "../../parts/form.tsx";
import type { PersonContext, RequestContext } from "../../route.ts";
import { NewPasswordField } from "./new-password.tsx";

/** An invitation that can be accepted, and the path of its link. */
export interface Link {
  readonly path: string;
  readonly invitation: Selectable<InvitationTable>;
  /** The name of the operator that it is for. */
  readonly operator: string | undefined;
}

interface State {
  readonly errors?: FieldErrors;
  readonly status?: 200 | 409 | 422 | 429;
}

function whatFor({ texts }: RequestContext, { invitation, operator }: Link): string {
  const { invitation: words, roles, staffRoles } = texts.accounts;
  if (operator !== undefined && invitation.role !== null) return words.forOperator(operator, roles[invitation.role]);
  if (invitation.email === null) return words.forFirst;
  return words.forStaff(staffRoles[invitation.staff_role ?? "support"]);
}

/** For somebody who has no account: makes one. */
export function newAccountPage(context: RequestContext, link: Link, state: State = {}): Promise<Response> {
  const { errors = {}, status = 200 } = state;
  const { invitation: words, profile } = context.texts.accounts;
  const { email } = link.invitation;
  return page(
    context,
    { title: email === null ? words.firstTitle : words.title, status },
    <>
      <ErrorSummary context={context} errors={errors} />
      <p>{whatFor(context, link)}</p>
      <Form context={context} action={link.path}>
        <TextField
          name="name"
          label={profile.name}
          hint={words.nameHint}
          autocomplete="name"
          maxlength={100}
          value={context.form["name"]}
          error={errors["name"]}
          required
        />
        {email === null ? (
          <TextField
            name="email"
            label={profile.email}
            type="email"
            autocomplete="username"
            value={context.form["email"]}
            error={errors["email"]}
            required
          />
        ) : (
          <dl class="facts">
            <dt>{profile.email}</dt>
            <dd>{email}</dd>
          </dl>
        )}
        <NewPasswordField context={context} name="password" label={profile.password} errors={errors} />
        <p class="actions">
          <button type="submit">{words.make}</button>
        </p>
      </Form>
    </>,
  );
}

/** For somebody who has an account and is not signed in: proves that it is theirs. */
export function knownAccountPage(context: RequestContext, link: Link, state: State = {}): Promise<Response> {
  const { errors = {}, status = 200 } = state;
  const { invitation: words, signIn, profile } = context.texts.accounts;
  return page(
    context,
    { title: words.title, status },
    <>
      <ErrorSummary context={context} errors={errors} />
      <p>{whatFor(context, link)}</p>
      <p>{words.known}</p>
      <Form context={context} action={link.path}>
        <dl class="facts">
          <dt>{profile.email}</dt>
          <dd>{link.invitation.email}</dd>
        </dl>
        <TextField
          name="password"
          label={signIn.password}
          type="password"
          autocomplete="current-password"
          error={errors["password"]}
          required
        />
        <p class="actions">
          <button type="submit">{words.join}</button>
        </p>
      </Form>
      <p>
        <a href={`/sign-in?next=${encodeURIComponent(link.path)}`}>{words.otherWays}</a>
      </p>
    </>,
  );
}

/** For whom it is, and signed in: one click. */
export function joinPage(context: PersonContext, link: Link): Promise<Response> {
  const { invitation: words } = context.texts.accounts;
  return page(
    context,
    { title: words.title },
    <>
      <p>{whatFor(context, link)}</p>
      <p>{words.signedInAs(context.actor.name, context.actor.email)}</p>
      <Form context={context} action={link.path}>
        <p class="actions">
          <button type="submit">{words.join}</button>
        </p>
      </Form>
    </>,
  );
}

/** For somebody who is signed in and not whom it is for. */
export function notYoursPage(context: PersonContext): Promise<Response> {
  const { invitation: words } = context.texts.accounts;
  return page(
    context,
    { title: words.title, status: 403 },
    <div class="notice bad">
      <p>{words.notYours(context.actor.email)}</p>
      <p>{words.notYoursNext}</p>
    </div>,
  );
}

/** The link is used, withdrawn or too old. */
export function overPage(context: RequestContext): Promise<Response> {
  const { invitation: words } = context.texts.accounts;
  return page(
    context,
    { title: words.overTitle, status: 404 },
    <>
      <p>{words.over}</p>
      <p>
        <a class="button" href="/">
          {words.overNext}
        </a>
      </p>
    </>,
  );
}
