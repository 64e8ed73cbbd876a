import { Failure, type FailureReport } from "../../model/failure.ts";
import type { JsonObject } from "../../model/json.ts";
import { nearest } from "../../model/nearest.ts";
import type { FediversityConfig } from "../../catalogue/config.ts";
import type { Panel } from "../panel.ts";
import { evaluateIn, withApplication } from "./catalogue.ts";
import type { ConfigurationStore, StoredConfiguration } from "./configuration-store.ts";

/** What is wrong with what somebody wrote, by path in the configuration: `applications.snac.title`. */
export type Mistakes = { readonly [path: string]: string };

/** Sorts what evaluation found by the place that it is about; what is about no place is under the empty one. */
export function mistakesOf(report: FailureReport): Mistakes {
  const single = report.failures ?? [report];
  return Object.fromEntries(
    single.map(({ subject = "", found, code }) => [code === "configuration-invalid" ? "" : subject, found]),
  );
}

/**
 * What is wrong with a configuration in an environment; nothing when it can be deployed. The engine checks it again.
 * @throws whatever is no mistake of the one who wrote it
 */
export function findMistakes(config: FediversityConfig, environment: string, configuration: JsonObject): Mistakes {
  try {
    evaluateIn(config, environment, configuration);
    return {};
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return mistakesOf(error.report);
  }
}

/** The first account, as an operator gives it; its password is always generated. */
export interface FirstAccount {
  readonly displayName: string;
  readonly username: string;
  readonly email: string;
}

/** Where an application is to be staged. */
export type StagingPlace =
  | { readonly kind: "existing"; readonly configuration: StoredConfiguration }
  | { readonly kind: "new"; readonly domain: string; readonly environment: string; readonly initialUser: FirstAccount };

/** What staging gave: the configuration's id, or what is wrong. Nothing is kept of what is wrong. */
export type Staged = { readonly id: string } | { readonly mistakes: Mistakes };

function refuseUnknown(panel: Panel, application: string): void {
  const names = panel.config.applications.map(({ name }) => name);
  if (names.includes(application)) return;
  const near = nearest(application, names);
  throw new Failure({
    code: "application-unknown",
    attempted: "stage an application",
    subject: application,
    found: `your hosting provider does not offer it${near === undefined ? "" : `; did you mean "${near}"?`}`,
    next: `Use one of: ${names.join(", ")}.`,
  });
}

/**
 * Puts an application, with these options, into what is staged: nothing changes anywhere until it is deployed.
 * @throws Failure `application-unknown`
 */
export async function stageApplication(
  panel: Panel,
  configurations: ConfigurationStore,
  {
    place,
    application,
    options,
  }: { readonly place: StagingPlace; readonly application: string; readonly options: JsonObject },
): Promise<Staged> {
  refuseUnknown(panel, application);
  const before: JsonObject =
    place.kind === "existing"
      ? place.configuration.staged
      : { domain: place.domain, initialUser: { ...place.initialUser }, applications: {} };
  const environment = place.kind === "existing" ? place.configuration.environment : place.environment;
  const staged = withApplication(before, application, options);
  const mistakes = findMistakes(panel.config, environment, staged);
  if (Object.keys(mistakes).length > 0) return { mistakes };
  if (place.kind === "existing") {
    await configurations.stage(place.configuration.id, staged);
    return { id: place.configuration.id };
  }
  try {
    return { id: await configurations.create({ domain: place.domain, environment, staged }) };
  } catch (error) {
    if (error instanceof Failure && error.code === "domain-taken") return { mistakes: mistakesOf(error.report) };
    throw error;
  }
}

/** Takes an application out of what is staged; its data stays when that is deployed, until it is purged. */
export async function unstageApplication(
  configurations: ConfigurationStore,
  { id, staged }: StoredConfiguration,
  application: string,
): Promise<void> {
  await configurations.stage(id, withApplication(staged, application, undefined));
}

/** Gives up what is staged: what is deployed is staged again; what was never deployed is forgotten. */
export async function discardStaged(
  configurations: ConfigurationStore,
  { id, deployed }: StoredConfiguration,
): Promise<void> {
  if (deployed === null) await configurations.discard(id);
  else await configurations.stage(id, deployed);
}
