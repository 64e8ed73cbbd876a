import type { FC } from "hono/jsx";
import { initialPassword } from "../../../../model/secret.ts";
import { domainOf, enabledIn } from "../../../configurations/catalogue.ts";
import { logLine } from "../../../runs/log-line.ts";
import type { StoredEvent, StoredRun } from "../../../runs/run-store.ts";
import { goTo, page } from "../../answer.tsx";
import { notFound } from "../../refuse.tsx";
import { route, type OperatorContext } from "../../route.ts";
import { deploymentPath } from "./paths.ts";
import { ProgressPart, type ProgressProperties } from "./progress-part.tsx";

/** Everything that a deployment's page shows; nothing when it is not this operator's. */
export async function progressProperties(context: OperatorContext): Promise<ProgressProperties | undefined> {
  const { operator, param } = context;
  const run = await operator.runs.find(param("run"));
  if (run === undefined) return undefined;
  const [configuration, events, estimate] = await Promise.all([
    operator.configurations.find(run.configuration_id),
    operator.runs.events(run.id, 0),
    operator.runs.estimate(run.environment),
  ]);
  return { context, run, configuration, events, estimate };
}

const Log: FC<{
  readonly context: OperatorContext;
  readonly run: StoredRun;
  readonly events: readonly StoredEvent[];
}> = ({ context, run, events }) => {
  const { deployment: words } = context.texts.services;
  const { copy } = context.texts.shell;
  return (
    <details class="log-frame" data-copied={context.texts.shell.copied}>
      <summary>{words.log}</summary>
      <div class="actions">
        <label class="search" hidden>
          {words.search} <input type="search" id="log-search" />
        </label>
        <label class="option" hidden>
          <input type="checkbox" id="log-follow" checked />
          <span>{words.follow}</span>
        </label>
        <button type="button" class="secondary" id="log-copy" hidden>
          {copy}
        </button>
        <a class="button secondary" href={`${deploymentPath(run)}/log.txt`} download>
          {words.download}
        </a>
      </div>
      <div class="log" role="log" aria-label={words.log} aria-live="off" tabindex={0}>
        <ol id="log">
          {events.map(({ sequence, event }) => (
            <li value={sequence}>{logLine(event)}</li>
          ))}
        </ol>
      </div>
    </details>
  );
};

const Meanwhile: FC<{ readonly context: OperatorContext; readonly run: StoredRun }> = ({ context, run }) => {
  const applications = enabledIn(context.panel.config, run.configuration);
  if (applications.length === 0 || run.status === "succeeded") return null;
  return (
    <section aria-labelledby="meanwhile">
      <h2 id="meanwhile">{context.texts.services.deployment.meanwhile}</h2>
      <ul class="cards">
        {applications.map(({ name, description }) => (
          <li class="card">
            <h3>{name}</h3>
            <p>{description}</p>
          </li>
        ))}
      </ul>
    </section>
  );
};

async function deploymentPage(context: OperatorContext, password?: string): Promise<Response> {
  const properties = await progressProperties(context);
  if (properties === undefined) return notFound(context);
  const { run, events } = properties;
  const { format, texts } = context;
  const { deployment: words } = texts.services;
  const unfinished = run.status === "queued" || run.status === "running";
  return page(
    context,
    {
      title: words.title(domainOf(run.configuration)),
      operator: context.operator,
      here: "services",
      scripts: ["deployment.js"],
      ...(unfinished ? { refresh: 4 } : {}),
    },
    <div data-live={deploymentPath(run)}>
      <p class="muted">
        {words.requested(run.requested_by.replace(/^\w+ /, ""))}{" "}
        <time datetime={run.requested_at.toISOString()}>{format.dateTime(run.requested_at)}</time>
      </p>
      <ProgressPart {...properties} password={password} />
      <Meanwhile context={context} run={run} />
      <Log context={context} run={run} events={events} />
    </div>,
  );
}

const deployment = route({
  method: "GET",
  path: "/operators/:operator/deployments/:run",
  permission: "deployment.read",
  handle: (context: OperatorContext) => deploymentPage(context),
});

const cancel = route({
  method: "POST",
  path: "/operators/:operator/deployments/:run/cancel",
  permission: "deployment.cancel",
  async handle(context: OperatorContext) {
    const run = await context.operator.runs.find(context.param("run"));
    if (run === undefined) return notFound(context);
    if (await context.operator.runs.cancel(run.id))
      await context.audit({ action: "deployment.cancel", subject: `deployment ${run.id}` });
    return goTo(context, deploymentPath(run));
  },
});

const password = route({
  method: "POST",
  path: "/operators/:operator/deployments/:run/password",
  permission: "password.reveal",
  async handle(context: OperatorContext) {
    const { operator, panel } = context;
    const run = await operator.runs.find(context.param("run"));
    if (run === undefined || run.status !== "succeeded") return notFound(context);
    const engine = panel.openDeployment({
      name: domainOf(run.configuration),
      sink: () => undefined,
      signal: AbortSignal.timeout(10_000),
    });
    const value = await engine.reveal(initialPassword);
    // Claimed before it is shown: of two who ask at the same time, one sees it.
    if (!(await operator.configurations.claimPassword(run.configuration_id))) return goTo(context, deploymentPath(run));
    await context.audit({ action: "password.reveal", subject: domainOf(run.configuration) });
    return deploymentPage(context, value);
  },
});

/** The permanent page of a deployment, and what can be done there. */
export const deploymentRoutes = [deployment, cancel, password];
