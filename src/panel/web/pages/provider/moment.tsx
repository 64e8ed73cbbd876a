import type { FC } from "hono/jsx";
import type { RequestContext } from "../../route.ts";

/** A time, in words of how long ago it was, with the time itself for those who point at it. */
export const Moment: FC<{ readonly context: RequestContext; readonly time: Date | null }> = ({ context, time }) =>
  time === null ? (
    <>{context.texts.shell.never}</>
  ) : (
    <time datetime={time.toISOString()} title={context.format.dateTime(time)}>
      {context.format.ago(time, context.panel.now())}
    </time>
  );
