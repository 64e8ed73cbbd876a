import { membersOf } from "../../../accounts/members.ts";
import { listRuns } from "../../../provider/all-runs.ts";
import { findOperator, inviteOwner, suspend, type OperatorDetail } from "../../../provider/operators.ts";
import { goTo } from "../../answer.tsx";
import { ErrorSummary, Form, TextField, type FieldErrors } from "../../parts/form.tsx";
import { route, type PersonContext, type Route } from "../../route.ts";
import { Ago } from "../../parts/state.tsx";
import { Table } from "../../parts/table.tsx";
import { may, nothingHere, providerPage } from "./frame.tsx";
import { InvitationLink } from "./invitation-link.tsx";
import { Email } from "./operators.tsx";
import { readForm } from "./read-form.ts";
import { RunTable } from "./run-table.tsx";

type WithOperator = (context: PersonContext, operator: OperatorDetail) => Promise<Response>;

/** Finds the operator in the path first. */
function withOperator(handle: WithOperator): (context: PersonContext) => Promise<Response> {
  return async (context) => {
    const { queries, now } = context.panel;
    const found = await findOperator(queries, context.param("operator"), now());
    return found === undefined ? nothingHere(context, "operators") : handle(context, found);
  };
}

function facts(context: PersonContext, operator: OperatorDetail) {
  const { texts, format } = context;
  const { operators: words } = texts.provider;
  const { suspendedAt, createdAt, members } = operator;
  return (
    <dl class="facts">
      <dt>{words.state}</dt>
      <dd>
        <span class={`state ${suspendedAt === null ? "good" : "off"}`}>
          {suspendedAt === null ? words.active : words.suspended}
        </span>
        {suspendedAt !== null && (
          <>
            {" "}
            <Ago context={context} time={suspendedAt} />
          </>
        )}
      </dd>
      <dt>{words.members}</dt>
      <dd>{format.number(members)}</dd>
      <dt>{words.since}</dt>
      <dd>{format.date(createdAt)}</dd>
    </dl>
  );
}

async function members(context: PersonContext, { id, name }: OperatorDetail) {
  const { panel, texts } = context;
  const { operators: words } = texts.provider;
  if (!may(context, "provider.way-back")) return null;
  const list = await membersOf(panel.queries, id, panel.now).list();
  if (list.length === 0) return null;
  return (
    <section>
      <h2>{words.members}</h2>
      <Table caption={words.membersCaption(name)} columns={Object.values(words.memberColumns)}>
        {list.map((member) => (
          <tr>
            <th scope="row">
              <a href={`/provider/people/${member.person}`}>{member.name}</a>
            </th>
            <td>{member.email}</td>
            <td>{words.roles[member.role]}</td>
          </tr>
        ))}
      </Table>
    </section>
  );
}

function invitations(context: PersonContext, { id, invitations: open }: OperatorDetail, errors: FieldErrors) {
  const { form, texts, format } = context;
  const { operators: words } = texts.provider;
  return (
    <section>
      <h2>{words.invitations}</h2>
      {open.length === 0 ? (
        <p class="empty">{words.noInvitations}</p>
      ) : (
        <ul>
          {open.map(({ email, role, expiresAt }) => (
            <li>{words.invited(email ?? "", words.roles[role ?? "viewer"], format.dateTime(expiresAt))}</li>
          ))}
        </ul>
      )}
      {may(context, "provider.operators.write") && (
        <Form context={context} action={`/provider/operators/${id}/invite`}>
          <TextField
            name="email"
            label={words.inviteAgain}
            hint={words.inviteAgainHint}
            error={errors["email"]}
            value={form["email"]}
            type="email"
            maxlength={254}
          />
          <button type="submit" class="secondary">
            {words.invite}
          </button>
        </Form>
      )}
    </section>
  );
}

function suspension(context: PersonContext, { id, suspendedAt }: OperatorDetail) {
  const { operators: words } = context.texts.provider;
  if (!may(context, "provider.operators.suspend")) return null;
  return (
    <section>
      <h2>{suspendedAt === null ? words.suspendTitle : words.resumeTitle}</h2>
      <p>{suspendedAt === null ? words.suspendText : words.resumeText}</p>
      <Form context={context} action={`/provider/operators/${id}/${suspendedAt === null ? "suspend" : "unsuspend"}`}>
        <button type="submit" class={suspendedAt === null ? "danger" : ""}>
          {suspendedAt === null ? words.suspend : words.resume}
        </button>
      </Form>
    </section>
  );
}

async function operatorPage(
  context: PersonContext,
  operator: OperatorDetail,
  {
    errors = {},
    invited,
  }: { readonly errors?: FieldErrors; readonly invited?: { email: string; secret: string } } = {},
): Promise<Response> {
  const { operators: words } = context.texts.provider;
  const { runs } = await listRuns(context.panel.queries, { operator: operator.id, limit: 10 });
  return providerPage(
    context,
    { title: operator.name, at: "operators", status: Object.keys(errors).length === 0 ? 200 : 422 },
    <>
      <ErrorSummary context={context} errors={errors} />
      {invited !== undefined && <InvitationLink context={context} {...invited} />}
      {facts(context, operator)}
      <section>
        <h2>{words.configurations}</h2>
        {operator.domains.length === 0 ? (
          <p class="empty">{words.noConfigurations}</p>
        ) : (
          <ul>
            {operator.domains.map(({ domain, environment, deployedAt }) => (
              <li>
                {words.configuration(domain, environment)}{" "}
                {deployedAt === null ? words.notDeployed : <Ago context={context} time={deployedAt} />}
              </li>
            ))}
          </ul>
        )}
      </section>
      <section>
        <h2>{words.deployments}</h2>
        {runs.length === 0 ? (
          <p class="empty">{words.noDeployments}</p>
        ) : (
          <>
            <RunTable context={context} runs={runs} caption={words.deploymentsHint} />
            <p>
              <a href={`/provider/audit?operator=${operator.id}`}>{words.audit}</a>
            </p>
          </>
        )}
      </section>
      {await members(context, operator)}
      {invitations(context, operator, errors)}
      {suspension(context, operator)}
    </>,
  );
}

async function inviteAgain(context: PersonContext, operator: OperatorDetail): Promise<Response> {
  const { panel, texts, form, actor } = context;
  const { operators: words } = texts.provider;
  const reading = readForm(form, { email: Email }, { email: words.emailWrong, "": words.unknownField });
  if ("errors" in reading) return operatorPage(context, operator, { errors: reading.errors });
  const { email } = reading.value;
  const secret = await inviteOwner(panel.queries, { operator: operator.id, email, by: actor.id, now: panel.now() });
  await context.audit({
    action: "member.invite",
    subject: `operator ${operator.name}`,
    detail: { email, role: "owner" },
  });
  const after = (await findOperator(panel.queries, operator.id, panel.now())) ?? operator;
  return operatorPage({ ...context, form: {} }, after, { invited: { email, secret } });
}

function setSuspended(suspended: boolean): WithOperator {
  return async (context, { id, name }) => {
    const { queries, now } = context.panel;
    if (await suspend(queries, id, suspended ? new Date(now()) : null))
      await context.audit({ action: suspended ? "operator.suspend" : "operator.resume", subject: `operator ${name}` });
    return goTo(context, `/provider/operators/${id}`);
  };
}

/** One operator. */
export const oneOperatorRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: "/provider/operators/:operator",
    permission: "provider.operators",
    handle: withOperator((context, operator) => operatorPage(context, operator)),
  }),
  route({
    method: "POST",
    path: "/provider/operators/:operator/invite",
    permission: "provider.operators.write",
    handle: withOperator(inviteAgain),
  }),
  route({
    method: "POST",
    path: "/provider/operators/:operator/suspend",
    permission: "provider.operators.suspend",
    handle: withOperator(setSuspended(true)),
  }),
  route({
    method: "POST",
    path: "/provider/operators/:operator/unsuspend",
    permission: "provider.operators.suspend",
    handle: withOperator(setSuspended(false)),
  }),
];
