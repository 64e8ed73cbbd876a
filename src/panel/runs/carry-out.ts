import type { Engine } from "../../engine/engine.ts";
import { Failure, reportOf, type FailureReport } from "../../model/failure.ts";
import { writeAudit } from "../audit/audit-log.ts";
import { domainOf, evaluateIn } from "../configurations/catalogue.ts";
import type { RunStatus } from "../database/tables.ts";
import type { Panel } from "../panel.ts";
import { recordEvents } from "./record-events.ts";
import { lookAtHealth } from "./look-at-health.ts";
import type { StoredRun } from "./run-store.ts";

/** Milliseconds between looks whether somebody wants the run to end. */
const cancelInterval = 1000;

/** Aborts when the run's operator asks for it, from whichever process. */
function watchForCancel({ queries, report }: Panel, run: string): { readonly signal: AbortSignal; end(): void } {
  const cancelling = new AbortController();
  const look = async (): Promise<void> => {
    const row = await queries.selectFrom("run").select("cancel_requested_at").where("id", "=", run).executeTakeFirst();
    if (row?.cancel_requested_at !== null) cancelling.abort();
  };
  const timer = setInterval(() => void look().catch(report), cancelInterval);
  return { signal: cancelling.signal, end: () => clearInterval(timer) };
}

async function finish(
  panel: Panel,
  run: StoredRun,
  { status, failure }: { readonly status: RunStatus; readonly failure?: FailureReport | undefined },
): Promise<void> {
  const time = new Date(panel.now());
  await panel.queries.transaction().execute(async (transaction) => {
    await transaction
      .updateTable("run")
      .set({ status, finished_at: time, failure: failure === undefined ? null : JSON.stringify(failure) })
      .where("id", "=", run.id)
      .execute();
    if (status === "succeeded") {
      await transaction
        .updateTable("configuration")
        .set({ deployed: JSON.stringify(run.configuration), deployed_at: time })
        .where("id", "=", run.configuration_id)
        .execute();
    }
  });
  const { operator_id: operator, requested_by: by } = run;
  await writeAudit(
    panel.queries,
    {
      actor: by,
      operator,
      action: "deployment.finish",
      subject: `deployment ${run.id}`,
      outcome: status === "succeeded" ? "done" : "failed",
      source: "panel",
      detail: { status, ...(failure === undefined ? {} : { code: failure.code }) },
    },
    panel.now(),
  );
}

async function work(engine: Engine, panel: Panel, run: StoredRun): Promise<void> {
  const { deployment, given } = evaluateIn(panel.config, run.environment, run.configuration);
  await engine.apply(deployment, given);
  if (run.purge) await engine.purge();
}

/**
 * Carries out a run to its end. What the engine finds wrong is the run's result; only what keeps this process from
 * working on it is thrown, so that another takes it over and the engine goes on where this one stopped.
 * @param stop aborted when this process is to end
 */
export async function carryOut(panel: Panel, id: string, stop: AbortSignal): Promise<void> {
  const { queries } = panel;
  const run = await queries.selectFrom("run").selectAll().where("id", "=", id).executeTakeFirst();
  if (run === undefined || (run.status !== "queued" && run.status !== "running")) return;
  if (run.status === "queued" && run.cancel_requested_at !== null) {
    await finish(panel, run, { status: "cancelled" });
    panel.watch.changed(id);
    return;
  }
  await queries
    .updateTable("run")
    .set({ status: "running", started_at: run.started_at ?? new Date(panel.now()) })
    .where("id", "=", id)
    .execute();
  const recorder = await recordEvents(queries, id, () => panel.watch.changed(id));
  const cancel = watchForCancel(panel, id);
  try {
    const signal = AbortSignal.any([stop, cancel.signal]);
    const name = domainOf(run.configuration);
    const engine = panel.openDeployment({ name, sink: recorder.sink, signal });
    let failure: FailureReport | undefined;
    try {
      await work(engine, panel, run);
    } catch (error) {
      const leaving = stop.aborted && !cancel.signal.aborted;
      // Another process may hold the lease of one that died: it is waited for by taking the run again.
      if (leaving || (error instanceof Failure && error.code === "lease-held")) {
        // The next one's log goes on after what is written.
        await recorder.flush();
        throw error;
      }
      failure = reportOf(error, `deploy ${name}`);
    }
    await recorder.flush();
    const status = failure === undefined ? "succeeded" : cancel.signal.aborted ? "cancelled" : "failed";
    await finish(panel, run, { status, failure });
    panel.watch.changed(id);
    await lookAtHealth(panel, run.configuration_id, signal.aborted ? AbortSignal.timeout(10_000) : signal);
  } finally {
    cancel.end();
  }
}
