import type { Child, FC } from "hono/jsx";
import type { Application } from "../../../../model/application.ts";
import { decide } from "../../../access/decide.ts";
import { addressOf, optionsOf } from "../../../configurations/catalogue.ts";
import type { StoredConfiguration } from "../../../configurations/configuration-store.ts";
import { lookAtHealth, type DeploymentHealth } from "../../../runs/look-at-health.ts";
import { goTo, page } from "../../answer.tsx";
import { Form } from "../../parts/form.tsx";
import { Ago, State, StatusOf } from "../../parts/state.tsx";
import { notFound } from "../../refuse.tsx";
import { route, type OperatorContext } from "../../route.ts";
import { applicationState, stateTone } from "./application-state.ts";
import { applicationPath, configurationPath, deploymentPath } from "./paths.ts";

/** The configuration and the application that a path names; nothing when one of them is not there. */
export async function named(
  context: OperatorContext,
): Promise<{ readonly configuration: StoredConfiguration; readonly application: Application } | undefined> {
  const { operator, panel, param } = context;
  const configuration = await operator.configurations.find(param("configuration"));
  const application = panel.config.applications.find(({ name }) => name === param("application"));
  if (configuration === undefined || application === undefined) return undefined;
  const there = [configuration.staged, configuration.deployed].some(
    (one) => optionsOf(one, application.name) !== undefined,
  );
  return there ? { configuration, application } : undefined;
}

/** The parts of an application's pages. */
export const Tabs: FC<{
  readonly context: OperatorContext;
  readonly configuration: StoredConfiguration;
  readonly application: Application;
  readonly here: "overview" | "activity" | "danger";
}> = ({ context, configuration, application, here }) => {
  const { application: words } = context.texts.services;
  const base = applicationPath(configuration, application.name);
  const mayChange = decide(context.actor, "configuration.write", context.operator.id) === "yes";
  const tab = (name: typeof here | "settings", path: string): Child => (
    <li>
      <a href={`${base}${path}`} {...(name === here ? { "aria-current": "page" } : {})}>
        {words[name]}
      </a>
    </li>
  );
  return (
    <nav class="tabs" aria-label={words.tabs}>
      <ul>
        {tab("overview", "")}
        {mayChange && tab("settings", "/settings")}
        {tab("activity", "/deployments")}
        {mayChange && tab("danger", "/remove")}
      </ul>
    </nav>
  );
};

const overview = route({
  method: "GET",
  path: "/operators/:operator/configurations/:configuration/applications/:application",
  permission: "configuration.read",
  async handle(context: OperatorContext) {
    const found = await named(context);
    if (found === undefined) return notFound(context);
    const { configuration, application } = found;
    const { texts, operator, format } = context;
    const { application: words, state } = texts.services;
    const [run] = await operator.runs.list({ configuration: configuration.id, limit: 1 });
    const how = applicationState(application.name, configuration, run);
    const current =
      optionsOf(configuration.deployed, application.name) === undefined ? configuration.staged : configuration.deployed;
    const address = addressOf(application, current ?? configuration.staged);
    const health = configuration.health as unknown as DeploymentHealth | null;
    const complaints = [...(health?.applications[application.name]?.complaints ?? []), ...(health?.unreachable ?? [])];
    return page(
      context,
      { title: application.title, operator, here: "services" },
      <>
        <Tabs context={context} configuration={configuration} application={application} here="overview" />
        <dl class="facts">
          <dt>{words.state}</dt>
          <dd>
            <State tone={stateTone[how]}>{state[how]}</State>
          </dd>
          {address !== undefined && (
            <>
              <dt>{words.address}</dt>
              <dd>
                <a href={`https://${address}/`} rel="noreferrer">
                  {address}
                </a>
              </dd>
            </>
          )}
          <dt>{words.domain}</dt>
          <dd>{configuration.domain}</dd>
          {application.version !== undefined && (
            <>
              <dt>{words.version}</dt>
              <dd>{application.version}</dd>
            </>
          )}
          <dt>{words.deployed}</dt>
          <dd>{configuration.deployed_at === null ? words.notDeployed : format.dateTime(configuration.deployed_at)}</dd>
        </dl>
        {complaints.length > 0 && (
          <section class="notice bad" aria-labelledby="complaints">
            <h2 id="complaints">{words.complaints}</h2>
            <ul>
              {complaints.map((line) => (
                <li>{line}</li>
              ))}
            </ul>
          </section>
        )}
        {application.state.length > 0 && (
          <section aria-labelledby="kept">
            <h2 id="kept">{words.kept}</h2>
            <ul>
              {application.state.map(({ description }) => (
                <li>{description}</li>
              ))}
            </ul>
          </section>
        )}
        {configuration.deployed !== null && (
          <Form context={context} action={`${configurationPath(configuration)}/look`}>
            <input type="hidden" name="application" value={application.name} />
            <button type="submit" class="secondary">
              {words.check}
            </button>
          </Form>
        )}
      </>,
    );
  },
});

const look = route({
  method: "POST",
  path: "/operators/:operator/configurations/:configuration/look",
  permission: "configuration.read",
  async handle(context: OperatorContext) {
    const configuration = await context.operator.configurations.find(context.param("configuration"));
    if (configuration === undefined) return notFound(context);
    await lookAtHealth(context.panel, configuration.id, AbortSignal.timeout(20_000));
    const { application = "" } = context.form;
    const known = context.panel.config.applications.some(({ name }) => name === application);
    return goTo(
      context,
      known ? applicationPath(configuration, application) : `/operators/${context.operator.id}/services`,
    );
  },
});

const deployments = route({
  method: "GET",
  path: "/operators/:operator/configurations/:configuration/applications/:application/deployments",
  permission: "deployment.read",
  async handle(context: OperatorContext) {
    const found = await named(context);
    if (found === undefined) return notFound(context);
    const { configuration, application } = found;
    const { operator, texts, format } = context;
    const { application: words, deployment } = texts.services;
    const runs = await operator.runs.list({ configuration: configuration.id, limit: 50 });
    return page(
      context,
      { title: application.title, operator, here: "services" },
      <>
        <Tabs context={context} configuration={configuration} application={application} here="activity" />
        {runs.length === 0 ? (
          <p>{words.noDeployments}</p>
        ) : (
          <ul class="plain">
            {runs.map((run) => (
              <li class="card">
                <a href={deploymentPath(run)}>{format.dateTime(run.requested_at)}</a>{" "}
                <StatusOf context={context} status={run.status} /> <Ago context={context} time={run.requested_at} />
                {run.finished_at !== null && run.started_at !== null && (
                  <span class="muted">
                    {" "}
                    {deployment.took(format.duration(run.finished_at.getTime() - run.started_at.getTime()))}
                  </span>
                )}
              </li>
            ))}
          </ul>
        )}
      </>,
    );
  },
});

/** The pages of one application. */
export const applicationRoutes = [overview, look, deployments];
