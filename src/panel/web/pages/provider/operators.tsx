import { z } from "zod";
import { createOperator, listOperators, operatorNamed } from "../../../provider/operators.ts";
import { ErrorSummary, Form, TextField, type FieldErrors } from "../../parts/form.tsx";
import { route, type PersonContext, type Route } from "../../route.ts";
import { Ago } from "../../parts/state.tsx";
import { auditFor, may, providerPage } from "./frame.tsx";
import { InvitationLink } from "./invitation-link.tsx";
import { pageLength, pageNumber, Paging } from "./paging.tsx";
import { readForm } from "./read-form.ts";
import { Table } from "../../parts/table.tsx";

/** An e-mail address in lower case, as accounts have it. */
export const Email = z
  .string()
  .trim()
  .max(254)
  .transform((text) => text.toLowerCase())
  .pipe(z.email());

const shape = {
  name: z
    .string()
    .trim()
    .min(1)
    .max(100)
    .regex(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+$/u),
  email: Email,
};

async function listPage(context: PersonContext): Promise<Response> {
  const { panel, texts, format, http } = context;
  const { operators: words } = texts.provider;
  const search = (http.req.query("search") ?? "").trim().slice(0, 100);
  const offset = (pageNumber(context) - 1) * pageLength;
  const { operators, total } = await listOperators(panel.queries, { search, limit: pageLength, offset });
  return providerPage(
    context,
    { title: words.title, at: "operators" },
    <>
      {may(context, "provider.operators.write") && (
        <p class="actions">
          <a class="button" href="/provider/operators/new">
            {words.create}
          </a>
        </p>
      )}
      <form method="get" action="/provider/operators" role="search">
        <TextField name="search" label={words.search} hint={words.searchHint} value={search} maxlength={100} />
        <button type="submit" class="secondary">
          {words.find}
        </button>
      </form>
      {total === 0 ? (
        <p class="empty">{search === "" ? words.none : words.noneFound(search)}</p>
      ) : (
        <Table caption={words.caption(format.number(total))} columns={Object.values(words.columns)}>
          {operators.map(({ id, name, createdAt, suspendedAt, members, configurations }) => (
            <tr>
              <th scope="row">
                <a href={`/provider/operators/${id}`}>{name}</a>
              </th>
              <td>
                <span class={`state ${suspendedAt === null ? "good" : "off"}`}>
                  {suspendedAt === null ? words.active : words.suspended}
                </span>
              </td>
              <td>{format.number(members)}</td>
              <td>{format.number(configurations)}</td>
              <td>
                <Ago context={context} time={createdAt} />
              </td>
            </tr>
          ))}
        </Table>
      )}
      <Paging context={context} total={total} />
    </>,
  );
}

async function newPage(context: PersonContext, errors: FieldErrors = {}): Promise<Response> {
  const { form, texts } = context;
  const { operators: words } = texts.provider;
  return providerPage(
    context,
    { title: words.create, at: "operators", status: Object.keys(errors).length === 0 ? 200 : 422 },
    <>
      <ErrorSummary context={context} errors={errors} />
      <p>{words.createHint}</p>
      <Form context={context} action="/provider/operators">
        <TextField
          name="name"
          label={words.name}
          hint={words.nameHint}
          error={errors["name"]}
          value={form["name"]}
          maxlength={100}
          required
        />
        <TextField
          name="email"
          label={words.email}
          hint={words.emailHint}
          error={errors["email"]}
          value={form["email"]}
          type="email"
          maxlength={254}
          required
        />
        <button type="submit">{words.create}</button>
      </Form>
    </>,
  );
}

async function create(context: PersonContext): Promise<Response> {
  const { panel, texts, form, actor } = context;
  const { operators: words } = texts.provider;
  const reading = readForm(form, shape, { name: words.nameWrong, email: words.emailWrong, "": words.unknownField });
  if ("errors" in reading) return newPage(context, reading.errors);
  const { name, email } = reading.value;
  if (await operatorNamed(panel.queries, name)) return newPage(context, { name: words.nameTaken });
  const { id, secret } = await createOperator(panel.queries, { name, email, by: actor.id, now: panel.now() });
  await auditFor(context, id, { action: "operator.create", subject: `operator ${name}`, detail: { owner: email } });
  return providerPage(
    context,
    { title: words.created(name), at: "operators" },
    <>
      <InvitationLink context={context} email={email} secret={secret} />
      <p class="actions">
        <a class="button" href={`/provider/operators/${id}`}>
          {words.open(name)}
        </a>
      </p>
    </>,
  );
}

/** Operators as a list, and new ones. */
export const operatorRoutes: readonly Route[] = [
  route({ method: "GET", path: "/provider/operators", permission: "provider.operators", handle: listPage }),
  route({
    method: "GET",
    path: "/provider/operators/new",
    permission: "provider.operators.write",
    handle: (context) => newPage(context),
  }),
  route({ method: "POST", path: "/provider/operators", permission: "provider.operators.write", handle: create }),
];
