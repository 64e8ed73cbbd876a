import { route, type Route } from "../route.ts";
import { openApiOf } from "./open-api.ts";
import { operations } from "./operations.ts";

const document = openApiOf(operations);

/** Ways in for programs. */
export const apiRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: "/api/openapi.json",
    permission: "site.read",
    kind: "api",
    handle: ({ http }) => http.json(document),
  }),
  ...operations.map(({ route: way }) => way),
];
