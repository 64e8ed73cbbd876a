import type { Route } from "../route.ts";

/** Ways into this part. */
export const apiRoutes: readonly Route[] = [];
