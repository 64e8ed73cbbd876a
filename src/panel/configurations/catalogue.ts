import { componentTypes } from "../../catalogue/components/component-types.ts";
import type { FediversityConfig } from "../../catalogue/config.ts";
import { hostOf } from "../../catalogue/applications/options.ts";
import type { Application } from "../../model/application.ts";
import { createEvaluator, evaluate, type Evaluation, type Evaluator } from "../../model/evaluate.ts";
import { Failure } from "../../model/failure.ts";
import { isObject, type JsonObject } from "../../model/json.ts";

/**
 * What operators may have of what the hosting provider has. Without it, whoever may choose an environment in which the
 * hosting provider deploys its own panel could have one that holds the keys to everybody's machines.
 */
export function forOperators(config: FediversityConfig): FediversityConfig {
  return { ...config, applications: config.applications.filter(({ audience }) => audience !== "hosting-provider") };
}

const evaluators = new WeakMap<FediversityConfig, Map<string, Evaluator>>();

/**
 * Evaluates a configuration in one of the hosting provider's environments, as the command line does.
 * @throws Failure `environment-unknown`, and whatever evaluation finds
 */
export function evaluateIn(config: FediversityConfig, environmentName: string, configuration: JsonObject): Evaluation {
  const known = evaluators.get(config) ?? new Map<string, Evaluator>();
  evaluators.set(config, known);
  const environment = config.environments.find(({ name }) => name === environmentName);
  if (environment === undefined) {
    throw new Failure({
      code: "environment-unknown",
      attempted: "evaluate the configuration",
      subject: `environment ${environmentName}`,
      found: "the hosting provider does not have it any more",
      next: "Put the environment back into fediversity.config.ts, under the same name.",
    });
  }
  const evaluator = known.get(environmentName) ?? createEvaluator({ ...config, environment, componentTypes });
  known.set(environmentName, evaluator);
  return evaluate(evaluator, configuration);
}

/** The options of an application as the operator wrote them; nothing when it is not switched on. */
export function optionsOf(configuration: JsonObject | null, application: string): JsonObject | undefined {
  const applications = configuration?.["applications"];
  const options = isObject(applications) ? applications[application] : undefined;
  return isObject(options) && options["enable"] === true ? options : undefined;
}

/** The domain of a configuration, which names its deployment. */
export function domainOf({ domain }: JsonObject): string {
  return typeof domain === "string" ? domain : "";
}

/** Names of the applications that are switched on, in the order of the catalogue. */
export function enabledIn(config: FediversityConfig, configuration: JsonObject | null): readonly Application[] {
  return config.applications.filter(({ name }) => optionsOf(configuration, name) !== undefined);
}

/** The address on the web of an application; nothing for one that has none. */
export function addressOf(application: Application, configuration: JsonObject): string | undefined {
  if (!Object.hasOwn(application.options.shape, "host")) return undefined;
  const host = optionsOf(configuration, application.name)?.["host"];
  return hostOf(application.name, domainOf(configuration), typeof host === "string" ? host : "");
}

/** A configuration with the options of one application in place of what it had; without options it is switched off. */
export function withApplication(
  configuration: JsonObject,
  application: string,
  options: JsonObject | undefined,
): JsonObject {
  const { applications } = configuration;
  const others = Object.entries(isObject(applications) ? applications : {}).filter(([name]) => name !== application);
  const own = options === undefined ? [] : [[application, { ...options, enable: true }] as const];
  return {
    ...configuration,
    applications: Object.fromEntries([...others, ...own].toSorted(([a], [b]) => (a < b ? -1 : 1))),
  };
}
