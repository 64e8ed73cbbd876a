import { auditOperations } from "./audit.ts";
import { catalogueOperations } from "./catalogue.ts";
import { configurationOperations } from "./configurations.ts";
import { deploymentOperations } from "./deployments.ts";
import type { Operation } from "./operation.ts";

/** Everything that programs can do. */
export const operations: readonly Operation[] = [
  ...catalogueOperations,
  ...configurationOperations,
  ...deploymentOperations,
  ...auditOperations,
];
