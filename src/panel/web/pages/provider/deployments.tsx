import type { RunStatus } from "../../../database/tables.ts";
import { findRun, lastEvents, listRuns, stopRun, type ProviderRun } from "../../../provider/all-runs.ts";
import { providerLogLine } from "../../../provider/log-line.ts";
import { goTo } from "../../answer.tsx";
import { Form } from "../../parts/form.tsx";
import { route, type PersonContext, type Route } from "../../route.ts";
import { FailureView } from "./failure-view.tsx";
import { auditFor, may, nothingHere, providerPage } from "./frame.tsx";
import { pageLength, pageNumber, Paging } from "./paging.tsx";
import { Ago, StatusOf } from "../../parts/state.tsx";
import { RunTable } from "./run-table.tsx";

const statuses = ["queued", "running", "succeeded", "failed", "cancelled"] as const satisfies readonly RunStatus[];

/** Lines of a log that a page shows at most. */
const longestLog = 500;

async function listPage(context: PersonContext): Promise<Response> {
  const { panel, texts, format, http } = context;
  const { deployments: words } = texts.provider;
  const status = statuses.find((one) => one === http.req.query("status"));
  const offset = (pageNumber(context) - 1) * pageLength;
  const { runs, total } = await listRuns(panel.queries, { status, limit: pageLength, offset });
  return providerPage(
    context,
    { title: words.title, at: "deployments" },
    <>
      <form method="get" action="/provider/deployments">
        <div class="field">
          <label for="status">{words.filter}</label>
          <select id="status" name="status">
            <option value="">{words.all}</option>
            {statuses.map((one) => (
              <option value={one} {...(one === status ? { selected: true } : {})}>
                {texts.services.status[one]}
              </option>
            ))}
          </select>
        </div>
        <button type="submit" class="secondary">
          {words.show}
        </button>
      </form>
      {total === 0 ? (
        <p class="empty">{words.none}</p>
      ) : (
        <RunTable context={context} runs={runs} caption={words.caption(format.number(total))} />
      )}
      <Paging context={context} total={total} />
    </>,
  );
}

function stopForm(context: PersonContext, { id, status, cancelRequestedAt }: ProviderRun) {
  const { deployments: words } = context.texts.provider;
  if ((status !== "queued" && status !== "running") || !may(context, "provider.stop")) return null;
  if (cancelRequestedAt !== null) return <p class="notice info">{words.stopping}</p>;
  return (
    <section>
      <h2>{words.stopTitle}</h2>
      <p>{words.stopText}</p>
      <Form context={context} action={`/provider/deployments/${id}/stop`}>
        <button type="submit" class="danger">
          {words.stop}
        </button>
      </Form>
    </section>
  );
}

async function runPage(context: PersonContext): Promise<Response> {
  const { panel, texts } = context;
  const { deployments: words } = texts.provider;
  const run = await findRun(panel.queries, context.param("run"));
  if (run === undefined) return nothingHere(context, "deployments");
  const lines = (await lastEvents(panel.queries, run.id, longestLog)).map(providerLogLine);
  return providerPage(
    context,
    { title: words.one(run.domain), at: "deployments" },
    <>
      <dl class="facts">
        <dt>{words.state}</dt>
        <dd>
          <StatusOf context={context} status={run.status} />
        </dd>
        <dt>{words.operator}</dt>
        <dd>
          <a href={`/provider/operators/${run.operator}`}>{run.operatorName}</a>
        </dd>
        <dt>{words.environment}</dt>
        <dd>{run.environment}</dd>
        <dt>{words.requested}</dt>
        <dd>
          <Ago context={context} time={run.requestedAt} />
        </dd>
        <dt>{words.started}</dt>
        <dd>{run.startedAt === null ? words.notYet : <Ago context={context} time={run.startedAt} />}</dd>
        <dt>{words.finished}</dt>
        <dd>{run.finishedAt === null ? words.notYet : <Ago context={context} time={run.finishedAt} />}</dd>
      </dl>
      {run.failure !== null && <FailureView context={context} failure={run.failure} />}
      <section>
        <h2>{words.log}</h2>
        {lines.length === 0 ? (
          <p class="empty">{words.noLog}</p>
        ) : (
          <div class="log" role="log" tabindex={0} aria-label={words.log}>
            <ol>
              {lines.map((line) => (
                <li>{line}</li>
              ))}
            </ol>
          </div>
        )}
      </section>
      {stopForm(context, run)}
    </>,
  );
}

async function stop(context: PersonContext): Promise<Response> {
  const { panel } = context;
  const run = await findRun(panel.queries, context.param("run"));
  if (run === undefined) return nothingHere(context, "deployments");
  if (await stopRun(panel.queries, run.id, panel.now())) {
    panel.watch.changed(run.id);
    await auditFor(context, run.operator, { action: "deployment.stop", subject: `deployment ${run.id}` });
  }
  return goTo(context, `/provider/deployments/${run.id}`);
}

/** Deployments of all operators. */
export const deploymentRoutes: readonly Route[] = [
  route({ method: "GET", path: "/provider/deployments", permission: "provider.deployments", handle: listPage }),
  route({ method: "GET", path: "/provider/deployments/:run", permission: "provider.deployments", handle: runPage }),
  route({ method: "POST", path: "/provider/deployments/:run/stop", permission: "provider.stop", handle: stop }),
];
