import { Failure, reportOf, type FailureReport } from "../model/failure.ts";
import type { EngineEvent } from "./event.ts";
import type { Run } from "./run.ts";
import { walk, type Walked, type WalkNode } from "./walk.ts";

/** What is done with one component. */
export type Action = Extract<EngineEvent, { event: "component-started" }>["action"];

/** How doing it ended. */
export type Outcome = Extract<EngineEvent, { event: "component-finished" }>["outcome"];

const clauses: Readonly<Record<Action, string>> = {
  create: "create",
  update: "update",
  delete: "delete",
  read: "read",
  rollback: "roll back",
  purge: "purge",
  examine: "examine",
  diff: "compare",
};

/**
 * Gives the report of what was thrown while working on a component; the component is always named in it.
 * @param attempted what was being done, as a clause
 */
export function componentReport(run: Run, thrown: unknown, component: string, attempted: string): FailureReport {
  if (run.signal.aborted && !(thrown instanceof Failure)) {
    return {
      code: "interrupted",
      attempted,
      subject: component,
      found: "the run was interrupted while this was under way",
      next: "Run the same command again: it continues where it stopped.",
    };
  }
  const report = run.redactor.report(reportOf(thrown, attempted, component));
  const subject = report.subject ?? component;
  return { ...report, subject: subject.includes(component) ? subject : `${component}: ${subject}` };
}

/**
 * Does one thing with one component, between the events that say so.
 * @throws Failure with the report of what went wrong
 */
export async function perform<Result>(
  run: Run,
  task: {
    readonly component: string;
    readonly action: Action;
    /** Milliseconds. */
    readonly estimate?: number | undefined;
    /** Called with the duration in milliseconds, also when it failed, before anybody is told. */
    readonly settle?:
      | ((result: { readonly report: FailureReport; readonly duration: number }) => Promise<void>)
      | undefined;
    readonly outcome: (result: Result) => Outcome;
  },
  work: () => Promise<Result>,
): Promise<Result> {
  const { component, action, estimate, outcome } = task;
  const started = run.clock();
  run.emit({ event: "component-started", component, action, ...(estimate === undefined ? {} : { estimate }) });
  try {
    const result = await work();
    run.emit({ event: "component-finished", component, outcome: outcome(result), duration: run.clock() - started });
    return result;
  } catch (error) {
    const duration = run.clock() - started;
    const report = componentReport(run, error, component, `${clauses[action]} ${component}`);
    run.emit({ event: "component-failed", component, report, duration });
    await task.settle?.({ report, duration });
    throw new Failure(report, { cause: error });
  }
}

/** Walks components for a run; whatever goes wrong with one of them is told at once. */
export function visitAll<Node extends WalkNode>(
  run: Run,
  nodes: readonly Node[],
  visit: (node: Node) => Promise<void>,
): Promise<Walked> {
  return walk({
    nodes,
    parallel: run.parallel,
    signal: run.signal,
    async visit(node) {
      try {
        await visit(node);
      } catch (error) {
        const { component } = node;
        const report = componentReport(run, error, component, `${run.verb} ${component}`);
        run.emit({ event: "component-failed", component, report, duration: 0 });
        throw error;
      }
    },
  });
}

/** Visits components that do not wait for each other. */
export function visitEach(
  run: Run,
  components: readonly string[],
  visit: (component: string) => Promise<void>,
): Promise<Walked> {
  const nodes = components.map((component) => ({ component, after: [] }));
  return visitAll(run, nodes, ({ component }) => visit(component));
}
