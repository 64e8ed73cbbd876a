import type { Route } from "../../route.ts";
import { auditRoutes } from "./audit.tsx";
import { catalogueRoutes } from "./catalogue.tsx";
import { deploymentRoutes } from "./deployments.tsx";
import { environmentRoutes } from "./environments.tsx";
import { oneOperatorRoutes } from "./operator.tsx";
import { operatorRoutes } from "./operators.tsx";
import { overviewRoutes } from "./overview.tsx";
import { personRoutes } from "./person.tsx";
import { staffRoutes } from "./staff.tsx";

/** Ways into the hosting provider's part. */
export const providerRoutes: readonly Route[] = [
  ...overviewRoutes,
  ...environmentRoutes,
  ...catalogueRoutes,
  ...operatorRoutes,
  ...oneOperatorRoutes,
  ...deploymentRoutes,
  ...staffRoutes,
  ...personRoutes,
  ...auditRoutes,
];
