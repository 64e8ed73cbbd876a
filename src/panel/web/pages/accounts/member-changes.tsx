import { z } from "zod";
import type { MemberProblem } from "../../../accounts/members.ts";
import { goTo, page } from "../../answer.tsx";
import { ErrorSummary, Form, type FieldErrors } from "../../parts/form.tsx";
import { route, type OperatorContext, type Route } from "../../route.ts";
import { memberPage, ofMember } from "./member-page.tsx";
import { membersIn } from "./members.ts";
import { fields, readForm } from "./read-form.ts";

const Change = z.strictObject({ role: fields.role });
const Nothing = z.strictObject({});

/** What to say when it is not possible. */
function errorsOf({ texts }: OperatorContext, problem: MemberProblem): FieldErrors {
  const { members: words } = texts.accounts;
  return { "": problem === "last-owner" ? words.lastOwner : words.gone };
}

/** The session that goes on when people change what is theirs. */
function ownSession({ actor }: OperatorContext, person: string): string | undefined {
  return actor.kind === "person" && actor.id === person ? actor.session : undefined;
}

const seeRoute: Route = route({
  method: "GET",
  path: "/operators/:operator/members/:person",
  permission: "member.change",
  handle: ofMember(
    () => seeRoute,
    (context, member) => memberPage(context, member),
  ),
});

const changeRoute: Route = route({
  method: "POST",
  path: "/operators/:operator/members/:person",
  permission: "member.change",
  handle: ofMember(
    () => changeRoute,
    async (context, member) => {
      const { operator, texts } = context;
      const read = readForm(context, Change, { role: texts.accounts.members.roleMissing });
      if (read.kind === "wrong") return await memberPage(context, member, { errors: read.errors, status: 422 });
      const { role } = read.value;
      const problem = await membersIn(context).changeRole(member.person, role, ownSession(context, member.person));
      if (problem !== undefined)
        return await memberPage(context, member, { errors: errorsOf(context, problem), status: 409 });
      await context.audit({ action: "member.change", subject: member.email, detail: { before: member.role, role } });
      return goTo(context, `/operators/${operator.id}/members`);
    },
  ),
});

const removeRoute: Route = route({
  method: "POST",
  path: "/operators/:operator/members/:person/remove",
  permission: "member.remove",
  handle: ofMember(
    () => removeRoute,
    async (context, member) => {
      const { operator } = context;
      const read = readForm(context, Nothing, {});
      if (read.kind === "wrong") return await memberPage(context, member, { errors: read.errors, status: 422 });
      const problem = await membersIn(context).remove(member.person, ownSession(context, member.person));
      if (problem !== undefined)
        return await memberPage(context, member, { errors: errorsOf(context, problem), status: 409 });
      await context.audit({ action: "member.remove", subject: member.email, detail: { role: member.role } });
      return goTo(context, `/operators/${operator.id}/members`);
    },
  ),
});

function leavePage(context: OperatorContext, errors: FieldErrors = {}): Promise<Response> {
  const { operator, texts } = context;
  const { members: words } = texts.accounts;
  const status = Object.keys(errors).length > 0 ? 409 : 200;
  return page(
    context,
    { title: words.leaveTitle(operator.name), operator, status },
    <>
      <ErrorSummary context={context} errors={errors} />
      <p>{words.leaveText}</p>
      <Form context={context} action={`/operators/${operator.id}/leave`}>
        <p class="actions">
          <button type="submit" class="danger">
            {words.leave}
          </button>
          <a class="button secondary" href="/profile">
            {texts.shell.cancel}
          </a>
        </p>
      </Form>
    </>,
  );
}

async function leave(context: OperatorContext): Promise<Response> {
  const { actor } = context;
  const read = readForm(context, Nothing, {});
  if (read.kind === "wrong" || actor.kind !== "person")
    return await leavePage(context, { "": context.texts.accounts.form.unexpected });
  const problem = await membersIn(context).remove(actor.id, actor.session);
  if (problem !== undefined) return await leavePage(context, errorsOf(context, problem));
  await context.audit({ action: "member.leave", subject: actor.email });
  return goTo(context, "/");
}

/** Changing a member's role, removing one, leaving. */
export const memberChangeRoutes: readonly Route[] = [
  seeRoute,
  changeRoute,
  removeRoute,
  route({
    method: "GET",
    path: "/operators/:operator/leave",
    permission: "member.leave",
    handle: (context) => leavePage(context),
  }),
  route({ method: "POST", path: "/operators/:operator/leave", permission: "member.leave", handle: leave }),
];
