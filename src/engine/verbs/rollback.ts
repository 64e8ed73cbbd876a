import { Failure } from "../../model/failure.ts";
import { attempt } from "../apply/attempt.ts";
import { ledger, type Ledger } from "../apply/ledger.ts";
import { report } from "../apply/report.ts";
import { finishRun, runStarted } from "../apply/under-lease.ts";
import { priorContext } from "../context.ts";
import { visitEach } from "../perform.ts";
import { checkOutputs } from "../resolve.ts";
import type { Run, RunSummary } from "../run.ts";
import type { Vault } from "../secrets/vault.ts";
import { begin, change, type Session, type TargetOptions } from "../session.ts";
import type { State } from "../state/state.ts";
import { chosen } from "./choose.ts";

/** What to go back to. */
export interface RollbackOptions extends TargetOptions {
  /** Number of the generation; without it, the one before the current one. */
  readonly to?: number | undefined;
}

function cannot(subject: string, found: string): Failure {
  const next = "Apply the configuration as it was before instead.";
  return new Failure({ code: "rollback-unsupported", attempted: "roll back", subject, found, next });
}

function toRollBack(run: Run, state: State, { targets }: TargetOptions): readonly string[] {
  const able = (path: string): boolean =>
    run.providers.get(state.components[path]?.type ?? "")?.rollback !== undefined &&
    state.components[path]?.outputs !== undefined;
  const paths = chosen(state, targets);
  const unable = targets === undefined ? undefined : paths.find((path) => !able(path));
  if (unable !== undefined) throw cannot(unable, "this component has no generations to go back to");
  const found = paths.filter(able);
  if (found.length === 0) throw cannot(run.deployment, "nothing in it has generations to go back to");
  return found;
}

async function rollBackOne(
  run: Run,
  { book, vault, to, component }: { book: Ledger; vault: Vault; to: number | undefined; component: string },
): Promise<void> {
  const prior = book.state.components[component];
  const provider = run.providers.get(prior?.type ?? "");
  if (prior === undefined || provider?.rollback === undefined) return;
  const context = priorContext(run, { component, secrets: vault, prior, remember: book.rememberer(component) });
  await attempt(run, book, {
    component,
    action: "rollback",
    intent: [{ kind: "intent", component, type: prior.type, action: "rollback" }],
    async work() {
      const result = await provider.rollback?.(context, { to });
      if (result === undefined) throw cannot(component, "its provider gave no answer");
      return { ...result, outputs: checkOutputs(component, provider.type, result.outputs) };
    },
    outcome: () => "rolled-back",
    entry: ({ outputs, memory }, duration) => ({
      kind: "outcome",
      component,
      action: "rollback",
      outcome: "rolled-back",
      outputs,
      ...(memory === undefined ? {} : { memory }),
      duration,
    }),
  });
}

/**
 * Takes components back to an earlier generation. What is wanted stays what it was: the next plan shows the difference.
 * @throws Failure `rollback-unsupported`, `target-unknown`, `lease-held`, `components-failed`, `interrupted`
 */
export function rollback(session: Session, options: RollbackOptions): Promise<RunSummary> {
  return begin(session, { verb: "rollback" }, async (begun) => {
    const { run, state, vault } = begun;
    await session.leases.look();
    toRollBack(run, state, options);
    return change(session, begun, async (journal) => {
      const book = ledger(run, journal);
      const components = toRollBack(run, journal.state, options);
      await book.write(runStarted(run));
      const walked = await visitEach(run, components, (component) =>
        rollBackOne(run, { book, vault, to: options.to, component }),
      );
      await finishRun(run, book);
      return report(run, walked);
    });
  });
}
