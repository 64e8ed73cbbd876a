import type { FC } from "hono/jsx";
import type { RunStatus } from "../../database/tables.ts";
import type { RequestContext } from "../route.ts";

/** A word with a mark and a colour: never colour alone. */
export const State: FC<{ readonly tone: "good" | "bad" | "busy" | "off"; readonly children: string }> = ({
  tone,
  children,
}) => <span class={`state ${tone}`}>{children}</span>;

const tones: { readonly [Status in RunStatus]: "good" | "bad" | "busy" | "off" } = {
  queued: "busy",
  running: "busy",
  succeeded: "good",
  failed: "bad",
  cancelled: "off",
};

/** How a deployment is. */
export const StatusOf: FC<{ readonly context: RequestContext; readonly status: RunStatus }> = ({ context, status }) => (
  <State tone={tones[status]}>{context.texts.services.status[status]}</State>
);

/** A moment, relative, and exactly for those who want it. */
export const Ago: FC<{ readonly context: RequestContext; readonly time: Date }> = ({ context, time }) => (
  <time datetime={time.toISOString()} title={context.format.dateTime(time)}>
    {context.format.ago(time, context.panel.now())}
  </time>
);
