import { componentTypes } from "../../src/catalogue/components/component-types.ts";
import { applications } from "../../src/catalogue/config.ts";
import { defineEnvironment, providerSecret } from "../../src/catalogue/environments/define-environment.ts";
import { hosts } from "../../src/catalogue/environments/hosts.ts";
import { offer } from "../../src/catalogue/environments/offer.ts";
import type { Placement } from "../../src/catalogue/environments/placement.ts";
import { cache } from "../../src/catalogue/resources/cache.ts";
import { container } from "../../src/catalogue/resources/container.ts";
import { dataDirectory } from "../../src/catalogue/resources/data-directory.ts";
import { database } from "../../src/catalogue/resources/database.ts";
import { loginShell } from "../../src/catalogue/resources/login-shell.ts";
import { mail } from "../../src/catalogue/resources/mail.ts";
import { objectStorage } from "../../src/catalogue/resources/object-storage.ts";
import { service } from "../../src/catalogue/resources/service.ts";
import { timer } from "../../src/catalogue/resources/timer.ts";
import { upgrade } from "../../src/catalogue/resources/upgrade.ts";
import { webAddress } from "../../src/catalogue/resources/web-address.ts";
import { createEvaluator, evaluate } from "../../src/model/evaluate.ts";
import { Failure } from "../../src/model/failure.ts";
import type { Bench, Group } from "../bench.ts";

const operators = 10_000;
const web = {
  dns: { server: { address: "192.0.2.53", key: { name: "deployer", secret: providerSecret("dns-key") } } },
} as const;

/** Each application on its own machine, with one more for databases and one for objects. */
const placement: Placement = ({ application, request }) =>
  request?.resource === "database" || request?.resource === "object-storage" ? request.resource : application;
const machines = ["database", "object-storage", ...applications.map(({ name }) => name)];

const evaluator = createEvaluator({
  applications,
  componentTypes,
  environment: defineEnvironment({
    name: "bench",
    secrets: { "dns-key": { file: "/etc/dns.key" } },
    offers: {
      cache: offer(cache, {}),
      container: offer(container, {}),
      data: offer(dataDirectory, {}),
      database: offer(database, {}),
      mail: offer(mail, { host: "mail.example.org" }),
      objects: offer(objectStorage, { kind: "garage", web }),
      service: offer(service, {}),
      shell: offer(loginShell, { username: "operator" }),
      timer: offer(timer, {}),
      upgrade: offer(upgrade, {}),
      web: offer(webAddress, web),
    },
    placement,
    machines: hosts(Object.fromEntries(machines.map((name, index) => [name, `192.0.2.${String(index + 1)}`]))),
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
