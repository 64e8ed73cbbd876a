import type { FC } from "hono/jsx";
import { domainOf, addressOf, optionsOf } from "../../../configurations/catalogue.ts";
import { stagedMark, type StoredConfiguration } from "../../../configurations/configuration-store.ts";
import { stagedChanges } from "../../../configurations/staged-changes.ts";
import type { StoredRun } from "../../../runs/run-store.ts";
import { decide } from "../../../access/decide.ts";
import type { Application } from "../../../../model/application.ts";
import { page } from "../../answer.tsx";
import { Ago, State, StatusOf } from "../../parts/state.tsx";
import { route, type OperatorContext } from "../../route.ts";
import { applicationState, stateTone } from "./application-state.ts";
import { applicationPath, configurationPath, deploymentPath } from "./paths.ts";

const Card: FC<{
  readonly context: OperatorContext;
  readonly configuration: StoredConfiguration;
  readonly application: Application;
  readonly run: StoredRun | undefined;
}> = ({ context, configuration, application, run }) => {
  const { home, state } = context.texts.services;
  const { deployed, staged, domain } = configuration;
  const current = optionsOf(deployed, application.name) === undefined ? staged : (deployed ?? staged);
  const title = optionsOf(current, application.name)?.["title"];
  const address = addressOf(application, current);
  const how = applicationState(application.name, configuration, run);
  const name = typeof title === "string" && title !== "" ? title : application.title;
  return (
    <li class="card">
      <h2>
        <a href={applicationPath(configuration, application.name)}>{name}</a>
      </h2>
      <p class="muted">
        {application.title}
        {application.version !== undefined && ` ${application.version}`}
        {address === undefined && ` · ${domain}`}
      </p>
      <p>
        <State tone={stateTone[how]}>{state[how]}</State>
        {configuration.health_at !== null && deployed !== null && (
          <small class="muted"> {home.checked(context.format.ago(configuration.health_at, context.panel.now()))}</small>
        )}
      </p>
      {address !== undefined && deployed !== null && (
        <p>
          <a href={`https://${address}/`} rel="noreferrer">
            {address}
          </a>
        </p>
      )}
    </li>
  );
};

const Running: FC<{ readonly context: OperatorContext; readonly runs: readonly StoredRun[] }> = ({ context, runs }) => (
  <section aria-labelledby="running">
    <h2 id="running">{context.texts.services.home.running}</h2>
    <ul class="plain">
      {runs.map((run) => (
        <li class="card">
          <a href={deploymentPath(run)}>{context.texts.services.deployment.title(domainOf(run.configuration))}</a>{" "}
          <StatusOf context={context} status={run.status} /> <Ago context={context} time={run.requested_at} />
        </li>
      ))}
    </ul>
  </section>
);

const Staged: FC<{ readonly context: OperatorContext; readonly configuration: StoredConfiguration }> = ({
  context,
  configuration,
}) => {
  const { home } = context.texts.services;
  const changes = stagedChanges(configuration.deployed, configuration.staged);
  if (changes.length === 0) return null;
  return (
    <div class="notice info">
      <p>{home.stagedText(configuration.domain, context.format.number(changes.length))}</p>
      <p>
        <a class="button" href={`${configurationPath(configuration)}/review`}>
          {home.review}
        </a>
      </p>
    </div>
  );
};

/** Whether what is staged is what is being deployed right now. */
function isUnderWay({ id, staged }: StoredConfiguration, unfinished: readonly StoredRun[]): boolean {
  return unfinished.some((run) => run.configuration_id === id && stagedMark(run.configuration) === stagedMark(staged));
}

/** The operator's home: running work first, then what is staged, then a card per application. */
export const home = route({
  method: "GET",
  path: "/operators/:operator/services",
  permission: "configuration.read",
  async handle(context: OperatorContext) {
    const { operator, panel, texts, actor } = context;
    const { home: words } = texts.services;
    const [configurations, runs, unfinished] = await Promise.all([
      operator.configurations.list(),
      operator.runs.latest(),
      operator.runs.unfinished(),
    ]);
    const mayChange = decide(actor, "configuration.write", operator.id) === "yes";
    const cards = configurations.flatMap((configuration) =>
      panel.config.applications
        .filter(({ name }) =>
          [configuration.staged, configuration.deployed].some((one) => optionsOf(one, name) !== undefined),
        )
        .map((application) => ({ configuration, application })),
    );
    return page(
      context,
      {
        title: words.title,
        operator,
        here: "services",
        ...(unfinished.length > 0 ? { refresh: 10, scripts: ["reload.js"] } : {}),
      },
      <>
        {unfinished.length > 0 && <Running context={context} runs={unfinished} />}
        {mayChange &&
          configurations
            .filter((configuration) => !isUnderWay(configuration, unfinished))
            .map((configuration) => <Staged context={context} configuration={configuration} />)}
        {cards.length === 0 ? (
          <div class="empty">
            <p>{words.empty}</p>
            {mayChange && <p>{words.emptyNext}</p>}
          </div>
        ) : (
          <ul class="cards">
            {cards.map(({ configuration, application }) => (
              <Card
                context={context}
                configuration={configuration}
                application={application}
                run={runs.find((run) => run.configuration_id === configuration.id)}
              />
            ))}
          </ul>
        )}
        {mayChange && (
          <p>
            <a class="button" href={`/operators/${operator.id}/add`}>
              {texts.services.add.title}
            </a>
          </p>
        )}
      </>,
    );
  },
});
