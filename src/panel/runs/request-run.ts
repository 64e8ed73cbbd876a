import { Failure } from "../../model/failure.ts";
import { stagedMark, type StoredConfiguration } from "../configurations/configuration-store.ts";
import type { Panel } from "../panel.ts";
import type { RunStore, StoredRun } from "./run-store.ts";

/**
 * Requests the deployment of what is staged. While one of this configuration is unfinished, that one is given.
 * @param options.mark of the staged configuration that was reviewed, as `stagedMark` makes it
 * @param options.by who wants it, as the audit trail names them
 * @throws Failure `review-outdated` when something else is staged by now
 */
export async function requestRun(
  panel: Panel,
  runs: RunStore,
  {
    configuration,
    mark,
    by,
    purge = false,
  }: {
    readonly configuration: StoredConfiguration;
    readonly mark: string;
    readonly by: string;
    readonly purge?: boolean;
  },
): Promise<StoredRun> {
  if (mark !== stagedMark(configuration.staged)) {
    throw new Failure({
      code: "review-outdated",
      attempted: "deploy what was reviewed",
      subject: configuration.domain,
      found: "something else is staged by now",
      next: "Review it again.",
    });
  }
  const run = await runs.request(configuration, { by, purge });
  await panel.queue.send(run.id, configuration.id);
  return run;
}
