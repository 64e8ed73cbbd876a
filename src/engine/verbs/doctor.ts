import type { Deployment } from "../../model/deployment.ts";
import { reportOf, type FailureReport } from "../../model/failure.ts";
import type { JsonObject } from "../../model/json.ts";
import { wantedContext } from "../context.ts";
import { checkDeployment } from "../graph.ts";
import { perform, visitEach } from "../perform.ts";
import type { Examination } from "../provider.ts";
import { resolveInputs } from "../resolve.ts";
import { readIdentity } from "../secrets/identity.ts";
import { begin, type Begun, type Given, type Session, type TargetOptions } from "../session.ts";
import { scopeOf } from "../plan/targets.ts";

/** What doctor found about one component, or about the state when `component` is absent. */
export interface Examined {
  readonly component?: string | undefined;
  readonly examinations: readonly Examination[];
}

function failed(name: string, { found, next }: FailureReport): Examination {
  return { name, ok: false, text: found, next };
}

async function asExamination(name: string, text: string, look: () => Promise<void> | void): Promise<Examination> {
  try {
    await look();
    return { name, ok: true, text };
  } catch (error) {
    return failed(name, reportOf(error, "examine the state"));
  }
}

function examineState(session: Session, { state, vault }: Begun): Promise<readonly Examination[]> {
  const count = Object.keys(state.components).length;
  return Promise.all([
    asExamination("state", `readable, ${String(count)} components`, () => undefined),
    asExamination("lease", "nobody is changing this deployment", () => session.leases.look()),
    asExamination("secrets", "every secret can be opened", async () => {
      readIdentity(session.identityFile);
      await vault.verify();
    }),
  ]);
}

/**
 * Looks whether apply could work, before anything is tried: at the state, the lease, the secrets, and at every
 * component whose inputs are known already. Changes nothing.
 * @throws Failure `state-unreadable`, `deployment-invalid`, `dependency-cycle`, `target-unknown`
 */
export function doctor(
  session: Session,
  deployment: Deployment,
  given: Given,
  { targets }: TargetOptions,
): Promise<readonly Examined[]> {
  return begin(session, { verb: "doctor", deployment, given }, async (begun) => {
    const { run, state, vault } = begun;
    const after = checkDeployment(deployment, run.providers);
    const found = new Map<string, readonly Examination[]>();
    await visitEach(run, scopeOf({ after, state, targets }).wanted, async (component) => {
      const { type, inputs: unresolved } = deployment.components[component] ?? { type: "", inputs: {} };
      const provider = run.providers.get(type);
      if (provider?.examine === undefined) return;
      const outputsOf = (path: string): JsonObject | undefined => state.components[path]?.outputs;
      const missing = (after.get(component) ?? []).filter((path) => outputsOf(path) === undefined);
      if (missing.length > 0) {
        const because = `it can be examined when ${missing.join(", ")} ${missing.length === 1 ? "is" : "are"} there`;
        run.emit({ event: "component-skipped", component, because });
        return;
      }
      const examinations = await perform(run, { component, action: "examine", outcome: () => "examined" }, async () => {
        const inputs = resolveInputs({ component, type: provider.type, inputs: unresolved, outputsOf });
        const context = wantedContext(run, { component, secrets: vault, prior: state.components[component] }, inputs);
        return (await provider.examine?.(context)) ?? [];
      });
      found.set(component, examinations);
    });
    const failures = [...run.failures].map(([component, report]): Examined => {
      return { component, examinations: [failed("examination", report)] };
    });
    const components = [...found].map(([component, examinations]): Examined => ({ component, examinations }));
    const sorted = [...components, ...failures].toSorted((a, b) =>
      (a.component ?? "") < (b.component ?? "") ? -1 : 1,
    );
    return [{ examinations: await examineState(session, begun) }, ...sorted];
  });
}
