import { z } from "zod";
import type { Component } from "../model/component.ts";
import type { Deployment } from "../model/deployment.ts";
import { Failure, type FailureReport } from "../model/failure.ts";
import { referencesIn } from "../model/reference.ts";
import type { Provider } from "./provider.ts";

/** Providers by the name of their type. */
export type Providers = ReadonlyMap<string, Provider>;

/** Paths of the components that one needs, as its references say. */
export function dependenciesOf(component: Component): readonly string[] {
  const paths = referencesIn(component.inputs).flatMap((reference) =>
    "$output" in reference ? [reference.$output] : [],
  );
  return [...new Set(paths)].toSorted();
}

/** Finds components that need each other in a circle, and gives the way around; `undefined` when there is none. */
export function findCycle(after: ReadonlyMap<string, readonly string[]>): readonly string[] | undefined {
  const finished = new Set<string>();
  for (const start of after.keys()) {
    const trail: { readonly path: string; readonly left: string[] }[] = [];
    const onTrail = new Set<string>();
    const enter = (path: string): void => {
      if (finished.has(path)) return;
      trail.push({ path, left: [...(after.get(path) ?? [])] });
      onTrail.add(path);
    };
    enter(start);
    for (let step = trail.at(-1); step !== undefined; step = trail.at(-1)) {
      const next = step.left.shift();
      if (next === undefined) {
        finished.add(step.path);
        onTrail.delete(step.path);
        trail.pop();
      } else if (onTrail.has(next)) {
        const way = trail.map(({ path }) => path);
        return [...way.slice(way.indexOf(next)), next];
      } else {
        enter(next);
      }
    }
  }
  return undefined;
}

function problemsOf(path: string, deployment: Deployment, providers: Providers): readonly FailureReport[] {
  const component = deployment.components[path];
  if (component === undefined) return [];
  const attempted = "check the deployment";
  const problems: FailureReport[] = [];
  const problem = (code: string, found: string, next: string): void => {
    problems.push({ code, attempted, subject: path, found, next });
  };
  const evaluated = "Evaluate the configuration again; if it was evaluated by Fediversity, report this as a defect.";
  if (!providers.has(component.type)) {
    const known = [...providers.keys()].toSorted().join(", ");
    problem("type-unknown", `no provider knows the type ${component.type}`, `Use one of: ${known}.`);
  }
  for (const reference of referencesIn(component.inputs)) {
    if ("$binding" in reference) {
      problem("binding-left", `it still refers to the binding ${reference.$binding}`, evaluated);
    } else if ("$secret" in reference) {
      if (deployment.secrets[reference.$secret] !== undefined) continue;
      problem("secret-unknown", `it refers to the secret ${reference.$secret}, which is not declared`, evaluated);
    } else {
      const target = deployment.components[reference.$output];
      const outputs = target === undefined ? undefined : providers.get(target.type)?.type.outputs;
      if (target === undefined) {
        problem("component-unknown", `it refers to ${reference.$output}, which does not exist`, evaluated);
      } else if (outputs instanceof z.ZodObject && !(reference.path in outputs.shape)) {
        const known = Object.keys(outputs.shape).join(", ");
        const found = `it refers to the output ${reference.path} of ${reference.$output}, which has: ${known}`;
        problem("output-unknown", found, evaluated);
      }
    }
  }
  return problems;
}

/**
 * Checks that a deployment can be walked, and gives for every component those that come first.
 * @throws Failure `deployment-invalid` with every problem, or `dependency-cycle` with the way around
 */
export function checkDeployment(deployment: Deployment, providers: Providers): ReadonlyMap<string, readonly string[]> {
  const attempted = "check the deployment";
  const paths = Object.keys(deployment.components);
  const failures = paths.flatMap((path) => problemsOf(path, deployment, providers));
  if (failures.length > 0) {
    throw new Failure({
      code: "deployment-invalid",
      attempted,
      subject: deployment.name,
      found: `${String(failures.length)} references or types in it lead nowhere`,
      next: "Read each of them; nothing was changed.",
      failures,
    });
  }
  const after = new Map(Object.entries(deployment.components).map(([path, item]) => [path, dependenciesOf(item)]));
  const cycle = findCycle(after);
  if (cycle === undefined) return after;
  throw new Failure({
    code: "dependency-cycle",
    attempted,
    subject: deployment.name,
    found: `components need each other in a circle: ${cycle.join(" → ")}`,
    next: "Take one of these references out of the application or the environment that makes it.",
  });
}
