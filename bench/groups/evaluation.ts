import { createHash } from "node:crypto";
import { componentTypes } from "../../src/catalogue/components/component-types.ts";
import { applications as catalogue } from "../../src/catalogue/config.ts";
import { defineEnvironment, providerSecret } from "../../src/catalogue/environments/define-environment.ts";
import { hosts } from "../../src/catalogue/environments/hosts.ts";
import { offer } from "../../src/catalogue/environments/offer.ts";
import type { MachineSource } from "../../src/catalogue/environments/machine-source.ts";
import { oneMachine, type Placement } from "../../src/catalogue/environments/placement.ts";
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
import { createEvaluator, evaluate, type Evaluator } from "../../src/model/evaluate.ts";
import { Failure } from "../../src/model/failure.ts";
import type { Group } from "../bench.ts";
import type { Measurement } from "../measurement.ts";

const operators = 10_000;
/** All but FediPanel itself, which needs an image of the hosting provider's own. */
const applications = catalogue.filter(({ name }) => name !== "panel");
const web = {
  dns: { server: { address: "192.0.2.53", key: { name: "deployer", secret: providerSecret("dns-key") } } },
} as const;

/** Each application on its own machine, with one more for databases and one for objects. */
const placement: Placement = ({ application, request }) =>
  request?.resource === "database" || request?.resource === "object-storage" ? request.resource : application;
const machines = ["database", "object-storage", ...applications.map(({ name }) => name)];

const offers = {
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
};

function evaluatorOf(where: { readonly placement: Placement; readonly machines: MachineSource }): Evaluator {
  const secrets = { "dns-key": { file: "/etc/dns.key" } };
  const environment = defineEnvironment({ name: "bench", secrets, offers, ...where });
  return createEvaluator({ applications, componentTypes, environment });
}

const onMany = evaluatorOf({
  placement,
  machines: hosts(Object.fromEntries(machines.map((name, index) => [name, `192.0.2.${String(index + 1)}`]))),
});
const onOne = evaluatorOf({ placement: oneMachine, machines: hosts(["192.0.2.1"]) });

/** What an operator wrote: every application, and a domain and a user that no other has. */
function configurationOf(operator: number): unknown {
  const domain = `operator-${String(operator)}.example.org`;
  return {
    domain,
    initialUser: { displayName: `Operator ${String(operator)}`, username: "ada", email: `ada@${domain}` },
    applications: Object.fromEntries(applications.map(({ name }) => [name, { enable: true }])),
  };
}

function evaluateOne(evaluator: Evaluator, operator: number): number {
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

/** Milliseconds for all operators, of evaluation and of writing its results, each by itself. */
function evaluateAll(): { readonly evaluating: number; readonly writing: number } {
  const written = new Set<string>();
  let [evaluating, writing] = [0, 0];
  for (let operator = 0; operator < operators; operator += 1) {
    const document = configurationOf(operator);
    const begin = performance.now();
    const { deployment } = evaluate(onMany, document);
    const between = performance.now();
    const text = JSON.stringify(deployment);
    writing += performance.now() - between;
    evaluating += between - begin;
    // Kept as a hash: all texts together take more than a gigabyte.
    written.add(createHash("sha256").update(text).digest("hex"));
  }
  if (written.size === operators) return { evaluating, writing };
  throw new Failure({
    code: "bench-work",
    attempted: "evaluate all configurations",
    found: `there are ${String(written.size)} different deployments, not ${String(operators)}`,
    next: "A measurement counts only when the work was done.",
  });
}

function warm(evaluator: Evaluator): number[] {
  for (let warmUp = 0; warmUp < 500; warmUp += 1) evaluateOne(evaluator, warmUp);
  return Array.from({ length: 500 }, (_, operator) => evaluateOne(evaluator, operator));
}

/** From a configuration to a deployment, in a process that runs already. */
export const evaluation: Group = {
  name: "evaluation",
  description: "evaluation of configurations",
  onMachines: false,
  measure(bench) {
    bench.report("evaluating configurations");
    const one = `evaluate one configuration with all ${String(applications.length)} applications`;
    const unit = "ms" as const;
    const budget = { kind: "at-most", most: 2 } as const;
    const measured: Measurement[] = [
      { name: `${one}, on ${String(machines.length)} machines`, unit, ours: warm(onMany), budget },
      { name: `${one}, on one machine`, unit, ours: warm(onOne), budget },
    ];
    const { evaluating, writing } = evaluateAll();
    return Promise.resolve([
      ...measured,
      { name: "evaluate 10,000 configurations", unit, ours: [evaluating], budget: { kind: "at-most", most: 5000 } },
      { name: "… and write the 10,000 deployments as JSON", unit, ours: [writing] },
    ]);
  },
};
