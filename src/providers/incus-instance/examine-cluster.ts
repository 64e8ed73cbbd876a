import type { IncusInstanceInputs } from "../../catalogue/components/incus-instance.ts";
import type { Examination } from "../../engine/provider.ts";
import type { Following } from "./operation.ts";

export async function examineCluster(
  _following: Following,
  _inputs: IncusInstanceInputs,
): Promise<readonly Examination[]> {
  return await Promise.resolve([]);
}
