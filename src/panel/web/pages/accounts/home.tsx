import { goTo, page } from "../../answer.tsx";
import { route, type PersonContext, type Route } from "../../route.ts";

async function nowhere(context: PersonContext): Promise<Response> {
  const { panel, actor, texts } = context;
  const { home } = texts.accounts;
  const suspended = await panel.queries
    .selectFrom("member")
    .innerJoin("operator", "operator.id", "member.operator_id")
    .select("operator.name")
    .where("person_id", "=", actor.id)
    .where("suspended_at", "is not", null)
    .orderBy("operator.name")
    .execute();
  return page(
    context,
    { title: home.title },
    <div class="empty">
      {suspended.map(({ name }) => (
        <p>{home.suspended(name)}</p>
      ))}
      {suspended.length === 0 && <p>{home.text}</p>}
      <p>{home.next}</p>
    </div>,
  );
}

/** The first page: it leads to where the person's things are. */
export const homeRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: "/",
    permission: "site.read",
    handle(context) {
      const { actor } = context;
      if (actor.kind !== "person") return goTo(context, "/sign-in");
      const [operator] = actor.memberships.keys();
      if (operator !== undefined) return goTo(context, `/operators/${operator}/services`);
      if (actor.staffRole !== null) return goTo(context, "/provider");
      return nowhere({ ...context, actor });
    },
  }),
];
