import { componentTypes } from "../../src/catalogue/components/component-types.ts";
import { applications } from "../../src/catalogue/config.ts";
import { defineEnvironment } from "../../src/catalogue/environments/define-environment.ts";
import { hosts } from "../../src/catalogue/environments/hosts.ts";
import { offer } from "../../src/catalogue/environments/offer.ts";
import { oneMachine } from "../../src/catalogue/environments/placement.ts";
import { loginShell } from "../../src/catalogue/resources/login-shell.ts";
import { createEvaluator, evaluate } from "../../src/model/evaluate.ts";
import { Failure } from "../../src/model/failure.ts";
import type { Bench, Group } from "../bench.ts";

const operators = 10_000;
const evaluator = createEvaluator({
  applications,
  componentTypes,
  environment: defineEnvironment({
    name: "bench",
    offers: { shell: offer(loginShell, { username: "operator" }) },
    placement: oneMachine,
    machines: hosts(["192.0.2.1"]),
  }),
});

/** What an operator wrote: every application, and a domain and a user that no other has. */
function configurationOf(operator: number): unknown {
  const domain = `operator-${String(operator)}.example.org`;
  return {
    domain,
    initialUser: { displayName: `Operator ${String(operator)}`, username: "ada", email: `ada@${domain}` },
    applications: Object.fromEntries(applications.map(({ name }) => [name, { enable: true }])),
  };
}

function evaluateOne(operator: number): number {
  const document = configurationOf(operator);
  const begin = performance.now();
  const { deployment } = evaluate(evaluator, document);
  const duration = performance.now() - begin;
  if (deployment.name === `operator-${String(operator)}.example.org` && Object.keys(deployment.components).length > 0) {
    return duration;
  }
  throw new Failure({
    code: "bench-work",
    attempted: "evaluate a configuration",
    subject: `operator ${String(operator)}`,
    found: `the deployment is ${JSON.stringify(deployment).slice(0, 200)}`,
    next: "A measurement counts only when the work was done.",
  });
}

function evaluateAll(bench: Bench): number[] {
  return Array.from({ length: bench.rounds }, () => {
    const documents = Array.from({ length: operators }, (_, operator) => configurationOf(operator));
    const names = new Set<string>();
    const begin = performance.now();
    for (const document of documents) names.add(JSON.stringify(evaluate(evaluator, document).deployment));
    const duration = performance.now() - begin;
    if (names.size === operators) return duration;
    throw new Failure({
      code: "bench-work",
      attempted: "evaluate all configurations",
      found: `there are ${String(names.size)} different deployments, not ${String(operators)}`,
      next: "A measurement counts only when the work was done.",
    });
  });
}

/** From a configuration to a deployment, in a process that runs already. */
export const evaluation: Group = {
  name: "evaluation",
  description: "evaluation of configurations",
  onMachines: false,
  measure(bench) {
    bench.report("evaluating configurations");
    for (let warmUp = 0; warmUp < 500; warmUp += 1) evaluateOne(warmUp);
    const one = Array.from({ length: 500 }, (_, operator) => evaluateOne(operator));
    return Promise.resolve([
      {
        name: `evaluate one configuration with all ${String(applications.length)} applications`,
        unit: "ms",
        ours: one,
        budget: { kind: "at-most", most: 2 },
      },
      {
        name: "evaluate 10,000 configurations, and write the deployments as JSON",
        unit: "ms",
        ours: evaluateAll(bench),
        budget: { kind: "at-most", most: 5000 },
      },
    ]);
  },
};
