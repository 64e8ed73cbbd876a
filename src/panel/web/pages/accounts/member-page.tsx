import { memberRoles } from "../../../access/role.ts";
import { refusedWayBack } from "../../../accounts/give-way-back.ts";
import type { Member } from "../../../accounts/members.ts";
import { page } from "../../answer.tsx";
import { Choice, ErrorSummary, Form, type FieldErrors } from "../../parts/form.tsx";
import { WayBackLink, WayBackOffer, wayBackRefused } from "../../parts/way-back.tsx";
import { refuse } from "../../refuse.tsx";
import type { OperatorContext, Route } from "../../route.ts";
import { membersIn } from "./members.ts";

/** What the page says beside what it shows. */
interface MemberState {
  readonly errors?: FieldErrors;
  readonly status?: 200 | 403 | 409 | 422;
  /** Of a way back in that was just made: shown now and never again. */
  readonly secret?: string;
}

/** What an owner can change about a member. */
export async function memberPage(context: OperatorContext, member: Member, state: MemberState = {}): Promise<Response> {
  const { actor, operator, panel, texts } = context;
  const { errors = {}, status = 200, secret } = state;
  const { members: words, roles, roleHints } = texts.accounts;
  const base = `/operators/${operator.id}/members`;
  const giver = actor.kind === "person" ? actor.id : "";
  const refused = await refusedWayBack(panel.queries, { giver, person: member.person, operator: operator.id });
  return await page(
    context,
    { title: member.name, operator, here: "members", status },
    <>
      <ErrorSummary context={context} errors={errors} />
      {secret !== undefined && <WayBackLink context={context} email={member.email} secret={secret} />}
      <p>{member.email}</p>
      <Form context={context} action={`${base}/${member.person}`}>
        <Choice
          name="role"
          label={words.role}
          hint={words.roleHint}
          options={memberRoles.map((role) => ({ value: role, label: roles[role], hint: roleHints[role] }))}
          value={member.role}
          error={errors["role"]}
        />
        <p class="actions">
          <button type="submit">{texts.shell.save}</button>
          <a class="button secondary" href={base}>
            {texts.shell.cancel}
          </a>
        </p>
      </Form>
      <WayBackOffer
        context={context}
        action={`${base}/${member.person}/way-back`}
        name={member.name}
        refused={wayBackRefused(context, refused, "operator")}
      />
      <h2>{words.removeTitle}</h2>
      <p>{words.removeText(member.name, operator.name)}</p>
      <Form context={context} action={`${base}/${member.person}/remove`}>
        <p class="actions">
          <button type="submit" class="danger">
            {words.remove}
          </button>
        </p>
      </Form>
    </>,
  );
}

/** Finds the member in the path first. */
export const ofMember =
  (route: () => Route, handle: (context: OperatorContext, member: Member) => Promise<Response>) =>
  async (context: OperatorContext): Promise<Response> => {
    const member = await membersIn(context).find(context.param("person"));
    return member === undefined ? await refuse(context, "not-found", route()) : await handle(context, member);
  };
