import type { Route } from "../../route.ts";
import { add } from "./add.tsx";
import { applicationRoutes } from "./application.tsx";
import { configureRoutes } from "./configure.tsx";
import { deploymentRoutes } from "./deployment.tsx";
import { home } from "./home.tsx";
import { liveRoutes } from "./live.tsx";
import { removeRoutes } from "./remove.tsx";
import { reviewRoutes } from "./review.tsx";

/** Ways into an operator's services. */
export const serviceRoutes: readonly Route[] = [
  home,
  add,
  ...configureRoutes,
  ...reviewRoutes,
  ...deploymentRoutes,
  ...liveRoutes,
  ...applicationRoutes,
  ...removeRoutes,
];
