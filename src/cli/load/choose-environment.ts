import type { FediversityConfig } from "../../catalogue/config.ts";
import type { Environment } from "../../model/environment.ts";
import { Failure } from "../../model/failure.ts";
import { nearest } from "../../model/nearest.ts";

/**
 * Finds the environment of a name; without a name, the first.
 * @throws Failure `environment-unknown`
 */
export function chooseEnvironment({ environments }: FediversityConfig, name: string | undefined): Environment {
  const found = name === undefined ? environments[0] : environments.find((environment) => environment.name === name);
  if (found !== undefined) return found;
  const known = environments.map((environment) => environment.name);
  const near = nearest(name ?? "", known);
  throw new Failure({
    code: "environment-unknown",
    attempted: "choose the environment",
    subject: `--environment ${name ?? ""}`,
    found: `there is no environment of this name${near === undefined ? "" : `; did you mean "${near}"?`}`,
    next: `Use one of: ${known.join(", ")}.`,
  });
}
