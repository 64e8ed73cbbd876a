import type { Group } from "../bench.ts";
import { applications } from "./applications.ts";
import { evaluation } from "./evaluation.ts";
import { firstApply } from "./first-apply.ts";
import { machinesOnDemand } from "./machines-on-demand.ts";
import { manyMachines } from "./many-machines.ts";
import { panel } from "./panel.ts";
import { start } from "./start.ts";
import { distantMachines, twoMachines } from "./two-machines.ts";

/** Everything that is measured, in this order. */
export const groups: readonly Group[] = [
  start,
  evaluation,
  twoMachines,
  distantMachines,
  firstApply,
  manyMachines,
  applications,
  machinesOnDemand,
  panel,
];
