import type { FoundWayBack } from "../../../accounts/use-way-back.ts";
import { page } from "../../answer.tsx";
import { ErrorSummary, Form, type FieldErrors } from "../../parts/form.tsx";
import type { RequestContext } from "../../route.ts";
import { NewPasswordField } from "./new-password.tsx";

/** For whom it is: asks for the new password. */
export function wayBackPage(
  context: RequestContext,
  { account, withoutFactors }: FoundWayBack,
  state: { readonly errors?: FieldErrors; readonly status?: 200 | 422 | 429 } = {},
): Promise<Response> {
  const { errors = {}, status = 200 } = state;
  const { wayBack: words, profile, security } = context.texts.accounts;
  return page(
    context,
    { title: words.useTitle, status },
    <>
      <ErrorSummary context={context} errors={errors} />
      <p>{words.useText}</p>
      <p>{withoutFactors ? words.useWithout : words.useKept}</p>
      <Form context={context} action={`/way-back/${context.param("link")}`}>
        <dl class="facts">
          <dt>{profile.email}</dt>
          <dd>{account.email}</dd>
        </dl>
        <NewPasswordField context={context} name="password" label={security.new} errors={errors} />
        <p class="actions">
          <button type="submit">{words.use}</button>
        </p>
      </Form>
    </>,
  );
}

/** For somebody else who is signed in: not whom it is for, nor by whom. */
export function notForYouPage(context: RequestContext): Promise<Response> {
  const { wayBack: words } = context.texts.accounts;
  return page(
    context,
    { title: words.useTitle, status: 403 },
    <div class="notice bad">
      <p>{words.notYours}</p>
      <p>{words.notYoursNext}</p>
    </div>,
  );
}

/** The link leads nowhere, or not any more: the same in either case. */
export function nowherePage(context: RequestContext): Promise<Response> {
  const { wayBack: words, invitation } = context.texts.accounts;
  return page(
    context,
    { title: invitation.overTitle, status: 404 },
    <>
      <p>{words.over}</p>
      <p>
        <a class="button" href="/">
          {invitation.overNext}
        </a>
      </p>
    </>,
  );
}

/** Somebody tries too often. */
export function tooManyPage(context: RequestContext): Promise<Response> {
  const { tooMany } = context.texts.shell;
  return page(context, { title: tooMany.title, status: 429 }, <p>{tooMany.text}</p>);
}
