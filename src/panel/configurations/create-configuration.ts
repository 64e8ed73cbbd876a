import { Failure } from "../../model/failure.ts";
import type { JsonObject } from "../../model/json.ts";
import { nearest } from "../../model/nearest.ts";
import type { Panel } from "../panel.ts";
import type { ConfigurationStore } from "./configuration-store.ts";
import { findMistakes, type FirstAccount, type Staged } from "./stage-application.ts";

/**
 * Makes a configuration in which nothing is switched on yet.
 * @param options.environment the hosting provider's first one when not given
 * @throws Failure `environment-unknown`, `domain-taken`
 */
export async function createConfiguration(
  { config }: Panel,
  configurations: ConfigurationStore,
  options: {
    readonly domain: string;
    readonly environment?: string | undefined;
    readonly initialUser: FirstAccount;
  },
): Promise<Staged> {
  const { domain, initialUser } = options;
  const names = config.environments.map(({ name }) => name);
  const environment = options.environment ?? names[0] ?? "";
  if (!names.includes(environment)) {
    const near = nearest(environment, names);
    throw new Failure({
      code: "environment-unknown",
      attempted: "make a configuration",
      subject: "environment",
      found: `there is no environment of this name${near === undefined ? "" : `; did you mean "${near}"?`}`,
      next: `Use one of: ${names.join(", ")}.`,
    });
  }
  const staged: JsonObject = { domain, initialUser: { ...initialUser }, applications: {} };
  const mistakes = findMistakes(config, environment, staged);
  if (Object.keys(mistakes).length > 0) return { mistakes };
  return { id: await configurations.create({ domain, environment, staged }) };
}
