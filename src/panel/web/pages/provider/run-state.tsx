import type { FC } from "hono/jsx";
import type { RunStatus } from "../../../database/tables.ts";
import type { RequestContext } from "../../route.ts";

const looks = { queued: "busy", running: "busy", succeeded: "good", failed: "bad", cancelled: "off" } as const;

/** How far a deployment is, in words. */
export const RunState: FC<{ readonly context: RequestContext; readonly status: RunStatus }> = ({ context, status }) => (
  <span class={`state ${looks[status]}`}>{context.texts.provider.status[status]}</span>
);
