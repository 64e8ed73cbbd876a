import { readdir } from "node:fs/promises";
import { Domain } from "../../model/domain.ts";
import { Failure } from "../../model/failure.ts";
import { isObject } from "../../model/json.ts";
import type { SharedOptions } from "../shared-options.ts";
import { loadConfiguration } from "./load-configuration.ts";

/** Names the deployments that a state folder holds. */
export async function knownDeployments(stateFolder: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(stateFolder, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isDirectory() && entry.name.includes(".") && !entry.name.startsWith("."))
      .map(({ name }) => name)
      .toSorted();
  } catch {
    return [];
  }
}

/**
 * Finds the name of the deployment for verbs that work with what the state knows: they must work also when the
 * configuration does not evaluate any more, so only its domain is read.
 * @throws Failure `deployment-unknown`, and those of reading the configuration
 */
export async function deploymentName(options: SharedOptions): Promise<string> {
  if (options.deployment !== undefined) return options.deployment;
  const known = await knownDeployments(options.state);
  const hint = `name the deployment with --deployment${known.length === 0 ? "" : ` (the state knows: ${known.join(", ")})`}`;
  try {
    const { document, file } = await loadConfiguration(options.configuration);
    const parsed = Domain.safeParse(isObject(document) ? document["domain"] : undefined);
    if (parsed.success) return parsed.data;
    throw new Failure({
      code: "deployment-unknown",
      attempted: "find out which deployment is meant",
      subject: `${file}: domain`,
      found: parsed.error.issues[0]?.message ?? "it is not a domain",
      next: `Correct it, or ${hint}.`,
    });
  } catch (error) {
    if (!(error instanceof Failure) || error.code === "deployment-unknown") throw error;
    throw new Failure({ ...error.report, next: `${error.report.next} Or ${hint}.` }, { cause: error });
  }
}
