import { z } from "zod";
import { staffRoles } from "../../../access/role.ts";
import { invite } from "../../../accounts/invitations.ts";
import { dismiss, listStaff, withdraw } from "../../../provider/staff.ts";
import { goTo } from "../../answer.tsx";
import { Choice, ErrorSummary, Form, TextField, type FieldErrors } from "../../parts/form.tsx";
import { route, type PersonContext, type Route } from "../../route.ts";
import { nothingHere, providerPage } from "./frame.tsx";
import { InvitationLink } from "./invitation-link.tsx";
import { Email } from "./operators.tsx";
import { readForm } from "./read-form.ts";
import { Table } from "../../parts/table.tsx";

async function staffPage(
  context: PersonContext,
  {
    errors = {},
    invited,
  }: { readonly errors?: FieldErrors; readonly invited?: { email: string; secret: string } } = {},
): Promise<Response> {
  const { panel, texts, format, form } = context;
  const { staff: words } = texts.provider;
  const { staff, invitations } = await listStaff(panel.queries, panel.now());
  return providerPage(
    context,
    { title: words.title, at: "staff", status: Object.keys(errors).length === 0 ? 200 : 422 },
    <>
      <ErrorSummary context={context} errors={errors} />
      {invited !== undefined && <InvitationLink context={context} {...invited} />}
      <Table caption={words.caption} columns={Object.values(words.columns)}>
        {staff.map(({ id, name, email, role }) => (
          <tr>
            <th scope="row">
              <a href={`/provider/people/${id}`}>{name}</a>
            </th>
            <td>{email}</td>
            <td>{words.roles[role]}</td>
            <td>
              <Form context={context} action={`/provider/staff/${id}/remove`}>
                <button type="submit" class="danger" aria-label={words.removeWhom(name)}>
                  {words.remove}
                </button>
              </Form>
            </td>
          </tr>
        ))}
      </Table>
      {invitations.length > 0 && (
        <section>
          <h2>{words.invitations}</h2>
          <ul>
            {invitations.map(({ id, email, role, expiresAt }) => (
              <li>
                {words.invited(email ?? words.nobody, words.roles[role], format.dateTime(expiresAt))}
                <Form context={context} action={`/provider/staff/invitations/${id}/withdraw`}>
                  <button type="submit" class="quiet" aria-label={words.withdrawWhom(email ?? words.nobody)}>
                    {words.withdraw}
                  </button>
                </Form>
              </li>
            ))}
          </ul>
        </section>
      )}
      <section>
        <h2>{words.invite}</h2>
        <Form context={context} action="/provider/staff">
          <TextField
            name="email"
            label={words.email}
            error={errors["email"]}
            value={form["email"]}
            type="email"
            maxlength={254}
            required
          />
          <Choice
            name="role"
            label={words.role}
            error={errors["role"]}
            value={form["role"] ?? "support"}
            options={staffRoles.map((role) => ({ value: role, label: words.roles[role], hint: words.roleHints[role] }))}
          />
          <button type="submit">{words.invite}</button>
        </Form>
      </section>
    </>,
  );
}

async function inviteStaff(context: PersonContext): Promise<Response> {
  const { panel, texts, form, actor } = context;
  const { staff: words } = texts.provider;
  const shape = { email: Email, role: z.enum(staffRoles) };
  const reading = readForm(form, shape, { email: words.emailWrong, role: words.roleWrong, "": words.unknownField });
  if ("errors" in reading) return staffPage(context, { errors: reading.errors });
  const { email, role } = reading.value;
  const known = await listStaff(panel.queries, panel.now());
  if (known.staff.some((one) => one.email === email)) return staffPage(context, { errors: { email: words.already } });
  const secret = await invite(panel.queries, { email, staffRole: role, invitedBy: actor.id }, panel.now());
  await context.audit({ action: "staff.invite", subject: email, detail: { role } });
  return staffPage({ ...context, form: {} }, { invited: { email, secret } });
}

async function remove(context: PersonContext): Promise<Response> {
  const dismissed = await dismiss(context.panel.queries, context.param("person"));
  if (dismissed === "unknown") return nothingHere(context, "staff");
  if (dismissed === "last") return staffPage(context, { errors: { "": context.texts.provider.staff.last } });
  await context.audit({ action: "staff.remove", subject: dismissed.email });
  return goTo(context, "/provider/staff");
}

async function withdrawInvitation(context: PersonContext): Promise<Response> {
  const id = context.param("invitation");
  if (!(await withdraw(context.panel.queries, id))) return nothingHere(context, "staff");
  await context.audit({ action: "staff.withdraw", subject: `invitation ${id}` });
  return goTo(context, "/provider/staff");
}

const write = "provider.staff.write";

/** The hosting provider's own people. */
export const staffRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: "/provider/staff",
    permission: "provider.staff",
    handle: (context) => staffPage(context),
  }),
  route({ method: "POST", path: "/provider/staff", permission: write, handle: inviteStaff }),
  route({ method: "POST", path: "/provider/staff/:person/remove", permission: write, handle: remove }),
  route({
    method: "POST",
    path: "/provider/staff/invitations/:invitation/withdraw",
    permission: write,
    handle: withdrawInvitation,
  }),
];
