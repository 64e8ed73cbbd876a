import type { FC } from "hono/jsx";
import { decide } from "../../../access/decide.ts";
import { mayInvite, memberRoles, type MemberRole } from "../../../access/role.ts";
import { membersOf, type Member, type OpenInvitation } from "../../../accounts/members.ts";
import { page } from "../../answer.tsx";
import { Choice, ErrorSummary, Form, TextField, type FieldErrors } from "../../parts/form.tsx";
import type { OperatorContext } from "../../route.ts";
import { Table } from "../../parts/table.tsx";

/** What the page says beside the lists. */
export interface MembersState {
  readonly errors?: FieldErrors;
  readonly status?: 200 | 422;
  /** The link of an invitation that was just made: shown now and never again. */
  readonly made?: { readonly email: string; readonly link: string };
}

/** The role of who asks, with this operator. */
export function ownRole({ actor, operator }: OperatorContext): MemberRole | undefined {
  return actor.kind === "person" ? actor.memberships.get(operator.id) : actor.role;
}

const MemberRow: FC<{ readonly context: OperatorContext; readonly member: Member }> = ({ context, member }) => {
  const { actor, operator, texts, format, panel } = context;
  const { members: words, roles } = texts.accounts;
  const own = actor.kind === "person" && actor.id === member.person;
  const mayChange = decide(actor, "member.change", operator.id) !== "no";
  return (
    <tr>
      <th scope="row">
        {member.name}
        {own && <span class="muted"> {words.you}</span>}
      </th>
      <td>{member.email}</td>
      <td>{roles[member.role]}</td>
      <td>
        <time datetime={member.since.toISOString()} title={format.dateTime(member.since)}>
          {format.ago(member.since, panel.now())}
        </time>
      </td>
      <td>
        {own ? (
          <a href={`/operators/${operator.id}/leave`}>{words.leave}</a>
        ) : (
          mayChange && (
            <a href={`/operators/${operator.id}/members/${member.person}`} aria-label={words.changeOf(member.name)}>
              {texts.shell.change}
            </a>
          )
        )}
      </td>
    </tr>
  );
};

const InvitationRow: FC<{ readonly context: OperatorContext; readonly invitation: OpenInvitation }> = ({
  context,
  invitation,
}) => {
  const { operator, texts, format } = context;
  const { members: words, roles } = texts.accounts;
  const role = ownRole(context);
  return (
    <tr>
      <th scope="row">{invitation.email}</th>
      <td>{roles[invitation.role]}</td>
      <td>{invitation.invitedBy ?? words.invitedByNobody}</td>
      <td>
        <time datetime={invitation.until.toISOString()}>{format.date(invitation.until)}</time>
      </td>
      <td>
        {role !== undefined && mayInvite(role, invitation.role) && (
          <Form context={context} action={`/operators/${operator.id}/members/withdraw`}>
            <input type="hidden" name="id" value={invitation.id} />
            <button type="submit" class="quiet" aria-label={words.withdrawOf(invitation.email)}>
              {words.withdraw}
            </button>
          </Form>
        )}
      </td>
    </tr>
  );
};

const InviteForm: FC<{ readonly context: OperatorContext; readonly errors: FieldErrors; readonly filled: boolean }> = ({
  context,
  errors,
  filled,
}) => {
  const { operator, texts, form } = context;
  const { members: words, roles, roleHints } = texts.accounts;
  const own = ownRole(context);
  const offered = memberRoles.filter((role) => own !== undefined && mayInvite(own, role)).toReversed();
  return (
    <Form context={context} action={`/operators/${operator.id}/members/invitations`}>
      <TextField
        name="email"
        label={words.email}
        hint={words.emailHint}
        type="email"
        autocomplete="off"
        value={filled ? form["email"] : undefined}
        error={errors["email"]}
        required
      />
      <Choice
        name="role"
        label={words.role}
        options={offered.map((role) => ({ value: role, label: roles[role], hint: roleHints[role] }))}
        value={filled && offered.some((role) => role === form["role"]) ? form["role"] : undefined}
        error={errors["role"]}
      />
      <p class="actions">
        <button type="submit">{words.invite}</button>
      </p>
    </Form>
  );
};

/** Who belongs to the operator, and who is invited. */
export async function membersPage(context: OperatorContext, state: MembersState = {}): Promise<Response> {
  const { operator, panel, texts } = context;
  const { errors = {}, status = 200, made } = state;
  const { members: words } = texts.accounts;
  const members = membersOf(panel.queries, operator.id, panel.now);
  const list = await members.list();
  const invitations = await members.invitations();
  return await page(
    context,
    { title: texts.shell.members, operator, here: "members", status },
    <>
      <ErrorSummary context={context} errors={errors} />
      {made !== undefined && (
        <div class="notice good" role="status">
          <h2>{words.madeTitle(made.email)}</h2>
          <p>{words.madeText}</p>
          <p>
            <code>{made.link}</code>
          </p>
        </div>
      )}
      <Table
        caption={words.caption(operator.name)}
        columns={[words.name, words.email, words.role, words.since, words.actions]}
      >
        {list.map((member) => (
          <MemberRow context={context} member={member} />
        ))}
      </Table>
      <h2>{words.invitations}</h2>
      {invitations.length === 0 ? (
        <p class="empty">{words.noInvitations}</p>
      ) : (
        <Table
          caption={words.invitationsCaption}
          columns={[words.email, words.role, words.invitedBy, words.until, words.actions]}
        >
          {invitations.map((invitation) => (
            <InvitationRow context={context} invitation={invitation} />
          ))}
        </Table>
      )}
      <h2>{words.inviteTitle}</h2>
      <InviteForm context={context} errors={errors} filled={Object.keys(errors).length > 0} />
    </>,
  );
}
