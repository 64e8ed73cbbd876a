import { nameOf } from "../../../access/actor.ts";
import { giveWayBack, refusedWayBack } from "../../../accounts/give-way-back.ts";
import { writeAuditFor } from "../../../audit/audit-log.ts";
import { findPerson, type PersonDetail } from "../../../provider/person.ts";
import { ErrorSummary, type FieldErrors } from "../../parts/form.tsx";
import { WayBackLink, WayBackOffer, wayBackRefused, wayBackShape } from "../../parts/way-back.tsx";
import { route, type PersonContext, type Route } from "../../route.ts";
import { nothingHere, providerPage } from "./frame.tsx";
import { readForm } from "./read-form.ts";

type WithPerson = (context: PersonContext, person: PersonDetail) => Promise<Response>;

/** Finds the person in the path first. */
function withPerson(handle: WithPerson): (context: PersonContext) => Promise<Response> {
  return async (context) => {
    const found = await findPerson(context.panel.queries, context.param("person"));
    return found === undefined ? nothingHere(context, "operators") : handle(context, found);
  };
}

async function personPage(
  context: PersonContext,
  person: PersonDetail,
  state: { readonly errors?: FieldErrors; readonly status?: 200 | 403 | 422; readonly secret?: string } = {},
): Promise<Response> {
  const { panel, actor, texts } = context;
  const { errors = {}, status = 200, secret } = state;
  const { person: words, operators, staff } = texts.provider;
  const { id, name, email, staffRole, memberships } = person;
  const refused = await refusedWayBack(panel.queries, { giver: actor.id, person: id, operator: undefined });
  return providerPage(
    context,
    { title: name, at: staffRole === null ? "operators" : "staff", status },
    <>
      <ErrorSummary context={context} errors={errors} />
      {secret !== undefined && <WayBackLink context={context} email={email} secret={secret} />}
      <dl class="facts">
        <dt>{words.email}</dt>
        <dd>{email}</dd>
        {staffRole !== null && (
          <>
            <dt>{words.staffRole}</dt>
            <dd>{staff.roles[staffRole]}</dd>
          </>
        )}
        {memberships.map((membership) => (
          <>
            <dt>{words.memberOf}</dt>
            <dd>
              <a href={`/provider/operators/${membership.operator}`}>{membership.name}</a>{" "}
              {words.as(operators.roles[membership.role])}
            </dd>
          </>
        ))}
      </dl>
      <WayBackOffer
        context={context}
        action={`/provider/people/${id}/way-back`}
        name={name}
        refused={wayBackRefused(context, refused, "provider")}
      />
    </>,
  );
}

async function give(context: PersonContext, person: PersonDetail): Promise<Response> {
  const { panel, actor, source, texts, form } = context;
  const reading = readForm(form, wayBackShape, { "": texts.provider.operators.unknownField });
  if ("errors" in reading) return personPage(context, person, { errors: reading.errors, status: 422 });
  const withoutFactors = reading.value["without-factors"] === "true";
  const gift = { giver: actor.id, person: person.id, operator: undefined, withoutFactors };
  const given = await giveWayBack(panel.queries, gift, panel.now());
  const about = { actor: nameOf(actor), action: "way-back.give", subject: person.email, source: source.address };
  if (given.kind === "refused") {
    const { because } = given;
    await writeAuditFor(panel.queries, [], { ...about, outcome: "denied", detail: { because } }, panel.now());
    const errors = { "": wayBackRefused(context, because, "provider") ?? "" };
    return personPage(context, person, { errors, status: 403 });
  }
  const detail = { secondFactor: withoutFactors ? "taken away" : "kept" };
  await writeAuditFor(panel.queries, given.operators, { ...about, outcome: "done", detail }, panel.now());
  return personPage({ ...context, form: {} }, person, { secret: given.secret });
}

/** One person: the hosting provider's administrators let them back in. */
export const personRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: "/provider/people/:person",
    permission: "provider.way-back",
    handle: withPerson((context, person) => personPage(context, person)),
  }),
  route({
    method: "POST",
    path: "/provider/people/:person/way-back",
    permission: "provider.way-back",
    handle: withPerson(give),
  }),
];
