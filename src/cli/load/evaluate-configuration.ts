import type { FediversityConfig } from "../../catalogue/config.ts";
import { componentTypes } from "../../catalogue/components/component-types.ts";
import { createEvaluator, evaluate, type Evaluation } from "../../model/evaluate.ts";
import { Failure } from "../../model/failure.ts";
import type { SharedOptions } from "../shared-options.ts";
import { chooseEnvironment } from "./choose-environment.ts";
import { loadConfig } from "./load-config.ts";
import { loadConfiguration } from "./load-configuration.ts";

/**
 * Evaluates the configuration of the command line in its environment.
 * @throws Failure for whatever is wrong with the files, with the line where it is known
 */
export async function evaluateConfiguration(
  options: Pick<SharedOptions, "config" | "configuration" | "environment">,
): Promise<Evaluation & { readonly config: FediversityConfig }> {
  const { config } = await loadConfig({ folder: process.cwd(), file: options.config });
  const environment = chooseEnvironment(config, options.environment);
  const configuration = await loadConfiguration(options.configuration);
  const evaluator = createEvaluator({ applications: config.applications, environment, componentTypes });
  try {
    return { ...evaluate(evaluator, configuration.document), config };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    throw new Failure(configuration.locate(error.report), { cause: error });
  }
}
