import { sql } from "kysely";
import { route } from "./route.ts";

/** Whether the panel serves and reaches its database: for those who watch it, who are nobody in particular. */
export const health = route({
  method: "GET",
  path: "/health",
  permission: "site.read",
  async handle({ panel, http }) {
    await sql`select 1`.execute(panel.queries);
    return http.text("healthy\n");
  },
});
