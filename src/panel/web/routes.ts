import { accountRoutes } from "./pages/accounts/routes.ts";
import { providerRoutes } from "./pages/provider/routes.ts";
import { serviceRoutes } from "./pages/services/routes.ts";
import { apiRoutes } from "./api/routes.ts";
import { health } from "./health.ts";
import type { Route } from "./route.ts";

/** Every way into the panel. */
export const routes: readonly Route[] = [health, ...accountRoutes, ...serviceRoutes, ...providerRoutes, ...apiRoutes];
