import type { FC } from "hono/jsx";
import type { Environment, EnvironmentTerms } from "../../../../model/environment.ts";
import { isObject, type Json } from "../../../../model/json.ts";
import { route, type PersonContext, type Route } from "../../route.ts";
import { providerPage } from "./frame.tsx";

/** Members of a policy by their paths, so that they can be read without brackets. */
function policyLines(policy: Json, path = ""): readonly (readonly [string, string])[] {
  if (Array.isArray(policy)) {
    if (policy.every((one) => !isObject(one) && !Array.isArray(one))) return [[path, policy.map(String).join(", ")]];
    return policy.flatMap((one: Json, index) => policyLines(one, `${path}[${String(index)}]`));
  }
  if (!isObject(policy)) return [[path, typeof policy === "string" ? policy : JSON.stringify(policy)]];
  return Object.entries(policy).flatMap(([key, value]) => policyLines(value, path === "" ? key : `${path}.${key}`));
}

function known(texts: { readonly [name: string]: string }, name: string): string | undefined {
  return Object.hasOwn(texts, name) ? texts[name] : undefined;
}

const Terms: FC<{ readonly context: PersonContext; readonly terms: EnvironmentTerms }> = ({ context, terms }) => {
  const { environments } = context.texts.provider;
  const { placement, machines, offers, secrets } = terms;
  return (
    <>
      <dl class="facts">
        <dt>{environments.placement}</dt>
        <dd>{known(environments.placements, placement) ?? environments.ownPlacement(placement)}</dd>
        <dt>{environments.machines}</dt>
        <dd>{known(environments.sources, machines) ?? machines}</dd>
        <dt>{environments.secrets}</dt>
        <dd>{secrets.length === 0 ? environments.noSecrets : context.format.list(secrets)}</dd>
      </dl>
      <h3>{environments.offers}</h3>
      {offers.length === 0 && <p class="empty">{environments.noOffers}</p>}
      {offers.map(({ name, resource, description, policy }) => {
        const lines = policyLines(policy);
        return (
          <details>
            <summary>
              {description} <span class="muted">({environments.offer(name, resource)})</span>
            </summary>
            {lines.length === 0 ? (
              <p>{environments.noTerms}</p>
            ) : (
              <dl class="facts">
                {lines.map(([path, value]) => (
                  <>
                    <dt>
                      <code>{path}</code>
                    </dt>
                    <dd>{value === "" ? environments.empty : value}</dd>
                  </>
                ))}
              </dl>
            )}
          </details>
        );
      })}
    </>
  );
};

async function environmentsPage(context: PersonContext): Promise<Response> {
  const { config } = context.panel;
  const { environments } = context.texts.provider;
  const card = ({ name, description, terms }: Environment) => (
    <section class="card">
      <h2>{name}</h2>
      {description !== "" && <p>{description}</p>}
      {terms === undefined ? <p>{environments.silent}</p> : <Terms context={context} terms={terms} />}
    </section>
  );
  return providerPage(
    context,
    { title: environments.title, at: "environments" },
    <>
      <p>{environments.introduction}</p>
      {config.environments.map(card)}
    </>,
  );
}

/** Environments and policies, as they were loaded. */
export const environmentRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: "/provider/environments",
    permission: "provider.environments",
    handle: environmentsPage,
  }),
];
