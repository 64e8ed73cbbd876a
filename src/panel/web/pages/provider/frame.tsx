import type { Child, FC } from "hono/jsx";
import { decide } from "../../../access/decide.ts";
import type { Permission } from "../../../access/permission.ts";
import { writeAudit } from "../../../audit/audit-log.ts";
import { nameOf } from "../../../access/actor.ts";
import type { JsonObject } from "../../../../model/json.ts";
import { page } from "../../answer.tsx";
import type { PersonContext } from "../../route.ts";

/** The parts of the hosting provider's side. */
const sections = [
  { name: "overview", path: "/provider", permission: "provider.overview" },
  { name: "operators", path: "/provider/operators", permission: "provider.operators" },
  { name: "deployments", path: "/provider/deployments", permission: "provider.deployments" },
  { name: "environments", path: "/provider/environments", permission: "provider.environments" },
  { name: "catalogue", path: "/provider/catalogue", permission: "provider.catalogue" },
  { name: "staff", path: "/provider/staff", permission: "provider.staff" },
  { name: "audit", path: "/provider/audit", permission: "provider.audit" },
] as const satisfies readonly { readonly name: string; readonly path: string; readonly permission: Permission }[];

/** Whether whoever asks has a permission, be it after a fresh proof. */
export function may({ actor }: PersonContext, permission: Permission): boolean {
  const decision = decide(actor, permission);
  return decision === "yes" || decision === "prove";
}

const Sections: FC<{ readonly context: PersonContext; readonly at: string }> = ({ context, at }) => {
  const { provider } = context.texts;
  return (
    <nav class="tabs" aria-label={provider.sections.label}>
      <ul>
        {sections
          .filter(({ permission }) => may(context, permission))
          .map(({ name, path }) => (
            <li>
              <a href={path} {...(name === at ? { "aria-current": "page" } : {})}>
                {provider.sections[name]}
              </a>
            </li>
          ))}
      </ul>
    </nav>
  );
};

/** Answers with a page of the hosting provider's side. */
export function providerPage(
  context: PersonContext,
  properties: {
    readonly title: string;
    readonly at: (typeof sections)[number]["name"];
    readonly status?: 200 | 403 | 404 | 409 | 422 | undefined;
  },
  content: Child,
): Promise<Response> {
  const { title, at, status = 200 } = properties;
  return page(
    context,
    { title, here: "provider", status },
    <>
      <Sections context={context} at={at} />
      {content}
    </>,
  );
}

/** Says that there is no such operator, deployment or person. */
export function nothingHere(context: PersonContext, at: (typeof sections)[number]["name"]): Promise<Response> {
  const { shell } = context.texts;
  return providerPage(context, { title: shell.notFound.title, at, status: 404 }, <p>{shell.notFound.text}</p>);
}

/** Writes into the audit trail what concerns an operator who is not in the path. */
export async function auditFor(
  { panel, actor, source }: PersonContext,
  operator: string,
  entry: { readonly action: string; readonly subject: string; readonly detail?: JsonObject },
): Promise<void> {
  const common = { actor: nameOf(actor), operator, outcome: "done" as const, source: source.address };
  await writeAudit(panel.queries, { ...common, ...entry }, panel.now());
}
