import { streamSSE } from "hono/streaming";
import { decide } from "../../../access/decide.ts";
import { underDemand } from "../../../access/factor-demand.ts";
import { findSession } from "../../../accounts/sessions.ts";
import { logLine } from "../../../runs/log-line.ts";
import { fragment } from "../../answer.tsx";
import { sessionCookie } from "../../cookie.ts";
import { notFound } from "../../refuse.tsx";
import { route, type OperatorContext } from "../../route.ts";
import { progressProperties } from "./deployment.tsx";
import { ProgressPart } from "./progress-part.tsx";

/** Milliseconds after which a stream asks again whether it may go on, and shows that it is alive. */
const recheck = 5000;
/** Milliseconds between two words of a stream: a machine may say a hundred things a second, and nobody reads so fast. */
const pace = 500;

const progress = route({
  method: "GET",
  path: "/operators/:operator/deployments/:run/progress",
  permission: "deployment.read",
  async handle(context: OperatorContext) {
    const properties = await progressProperties(context);
    return properties === undefined ? notFound(context) : fragment(context, <ProgressPart {...properties} />);
  },
});

/** Lines of the log after the one that the browser has. */
const lines = route({
  method: "GET",
  path: "/operators/:operator/deployments/:run/log",
  permission: "deployment.read",
  async handle(context: OperatorContext) {
    const { http, operator, param } = context;
    if ((await operator.runs.find(param("run"))) === undefined) return notFound(context);
    const after = /^[0-9]{1,9}$/.test(http.req.query("after") ?? "") ? Number(http.req.query("after")) : 0;
    const events = await operator.runs.events(param("run"), after);
    return http.json(events.map(({ sequence, event }) => ({ sequence, text: logLine(event) })));
  },
});

const download = route({
  method: "GET",
  path: "/operators/:operator/deployments/:run/log.txt",
  permission: "deployment.read",
  async handle(context: OperatorContext) {
    const run = await context.operator.runs.find(context.param("run"));
    if (run === undefined) return notFound(context);
    const events = await context.operator.runs.events(run.id, 0);
    return context.http.body(events.map(({ event }) => `${logLine(event)}\n`).join(""), 200, {
      "content-type": "text/plain; charset=utf-8",
      "content-disposition": `attachment; filename="deployment-${run.id}.txt"`,
    });
  },
});

/** Whether the one who opened a stream may still see it: roles are taken away while streams are open. */
async function mayGoOn({ http, panel, operator }: OperatorContext): Promise<boolean> {
  const secret = sessionCookie(http);
  const session = secret === undefined ? undefined : await findSession(panel.queries, secret, panel.now());
  if (session?.stage !== "complete") return false;
  const actor = underDemand(panel.settings.requireSecondFactor, session.actor);
  return decide(actor, "deployment.read", operator.id) === "yes";
}

/** Says that there is more to see; what it is, the browser asks for by the other ways, each with its own check. */
const events = route({
  method: "GET",
  path: "/operators/:operator/deployments/:run/events",
  permission: "deployment.read",
  async handle(context: OperatorContext) {
    const { http, panel, operator } = context;
    const run = context.param("run");
    if ((await operator.runs.status(run)) === undefined) return notFound(context);
    return streamSSE(http, async (stream) => {
      let wake: (() => void) | undefined;
      let changed = true;
      const unsubscribe = panel.watch.subscribe(run, () => {
        changed = true;
        wake?.();
      });
      stream.onAbort(() => wake?.());
      try {
        let checked = panel.now();
        while (!stream.aborted) {
          // Also when the clock was set back.
          if (Math.abs(panel.now() - checked) >= recheck) {
            if (!(await mayGoOn(context))) break;
            checked = panel.now();
            if (!changed) await stream.write(": alive\n\n");
          }
          if (changed) {
            changed = false;
            const status = await operator.runs.status(run);
            if (status === undefined) break;
            await stream.writeSSE({ event: "changed", data: status });
            if (status !== "queued" && status !== "running") break;
            await stream.sleep(pace);
          }
          const pause = Promise.withResolvers<void>();
          const timer = setTimeout(pause.resolve, recheck);
          wake = pause.resolve;
          if (!changed && !stream.aborted) await pause.promise;
          clearTimeout(timer);
        }
      } finally {
        unsubscribe();
      }
    });
  },
});

/** What scripts ask for while a deployment runs. */
export const liveRoutes = [progress, lines, download, events];
