import type { FC } from "hono/jsx";
import { addressOf, enabledIn } from "../../../configurations/catalogue.ts";
import type { StoredConfiguration } from "../../../configurations/configuration-store.ts";
import { progressOf, type ComponentProgress } from "../../../runs/progress.ts";
import type { StoredEvent, StoredRun } from "../../../runs/run-store.ts";
import { decide } from "../../../access/decide.ts";
import { Form } from "../../parts/form.tsx";
import { State, StatusOf } from "../../parts/state.tsx";
import type { OperatorContext } from "../../route.ts";
import { configurationPath, deploymentPath } from "./paths.ts";
import { componentName } from "./plan-summary.tsx";

/** What the moving part of a deployment's page is made of. */
export interface ProgressProperties {
  readonly context: OperatorContext;
  readonly run: StoredRun;
  readonly configuration: StoredConfiguration | undefined;
  readonly events: readonly StoredEvent[];
  /** Milliseconds that it takes, by earlier ones. */
  readonly estimate: number | undefined;
  /** The password of the first accounts, right after it was asked for. */
  readonly password?: string | undefined;
}

const tones = { waiting: "off", working: "busy", done: "good", failed: "bad", skipped: "off" } as const;

const Step: FC<{ readonly context: OperatorContext; readonly step: ComponentProgress }> = ({ context, step }) => {
  const { deployment: words } = context.texts.services;
  const { state, phase, text, share } = step;
  const working = state === "working" && phase !== undefined;
  return (
    <li>
      <State tone={tones[state]}>{words.state[state]}</State> {componentName(context.texts, step.component)}
      {working && (
        <span class="muted">
          {" "}
          · {words.phase[phase] ?? phase}
          {text !== undefined && ` ${text}`}
          {share !== undefined && ` ${context.format.number(Math.round(share * 100))} %`}
        </span>
      )}
    </li>
  );
};

const Sentence: FC<{ readonly context: OperatorContext; readonly run: StoredRun }> = ({ context, run }) => {
  const { deployment: words } = context.texts.services;
  const waiting = run.status === "queued" || run.status === "running";
  return <p class="sentence">{waiting && run.cancel_requested_at !== null ? words.cancelling : words[run.status]}</p>;
};

const Times: FC<Pick<ProgressProperties, "context" | "run" | "estimate">> = ({ context, run, estimate }) => {
  const { format, texts, panel } = context;
  const { deployment: words } = texts.services;
  const { started_at: started, finished_at: finished } = run;
  if (started === null) return null;
  const passed = (finished?.getTime() ?? panel.now()) - started.getTime();
  if (finished !== null) return <p class="muted">{words.took(format.duration(passed))}</p>;
  return (
    <>
      {estimate !== undefined && (
        <progress aria-label={words.progress} max={estimate} value={Math.min(passed, estimate * 0.98)} />
      )}
      <p class="muted">
        {words.elapsed(format.duration(passed))}
        {estimate !== undefined && `, ${words.estimate(format.duration(estimate))}`}
      </p>
    </>
  );
};

const Failed: FC<{ readonly context: OperatorContext; readonly run: StoredRun }> = ({ context, run }) => {
  const { deployment: words } = context.texts.services;
  const { failure } = run;
  if (failure === null) return null;
  const single = failure.failures === undefined || failure.failures.length === 0 ? [failure] : failure.failures;
  return (
    <section class="notice bad" aria-labelledby="failed">
      <h2 id="failed">{words.whatFailed}</h2>
      {single.map(({ subject, found, details, next }) => (
        <>
          <p>
            {subject !== undefined && <strong>{componentName(context.texts, subject)}: </strong>}
            {found}
          </p>
          <p>
            <strong>{words.whatNext}:</strong> {next}
          </p>
          {details !== undefined && details.length > 0 && (
            <details>
              <summary>{context.texts.shell.details}</summary>
              <pre tabindex={0}>{details.join("\n")}</pre>
            </details>
          )}
        </>
      ))}
      <p>{words.whoToAsk}</p>
    </section>
  );
};

const Password: FC<ProgressProperties> = ({ context, configuration, password, run }) => {
  const { texts, format } = context;
  const { deployment: words } = texts.services;
  if (password !== undefined) {
    return (
      <>
        <code class="secret" id="password">
          {password}
        </code>
        <p class="hint">{words.revealed}</p>
      </>
    );
  }
  if (configuration === undefined) return null;
  if (configuration.password_shown_at !== null)
    return <span class="muted">{words.alreadyRevealed(format.dateTime(configuration.password_shown_at))}</span>;
  if (decide(context.actor, "password.reveal", context.operator.id) !== "yes") return null;
  return (
    <Form context={context} action={`${deploymentPath(run)}/password`}>
      <button type="submit" class="secondary">
        {words.reveal}
      </button>
      <p class="hint">{words.revealHint}</p>
    </Form>
  );
};

const Ready: FC<ProgressProperties> = (properties) => {
  const { context, run } = properties;
  const { deployment: words } = context.texts.services;
  const applications = enabledIn(context.panel.config, run.configuration);
  const user = run.configuration["initialUser"] as { readonly username?: string } | undefined;
  if (applications.length === 0) return null;
  const served = applications.filter((application) => addressOf(application, run.configuration) !== undefined);
  return (
    <section class="notice good" aria-labelledby="ready">
      <h2 id="ready">{words.ready}</h2>
      <dl class="facts">
        <dt>{words.services}</dt>
        <dd>
          <ul class="plain">
            {served.map((application) => {
              const address = addressOf(application, run.configuration) ?? "";
              return (
                <li>
                  <a href={`https://${address}/`} rel="noreferrer">
                    {address}
                  </a>{" "}
                  <span class="muted">{application.title}</span>
                </li>
              );
            })}
          </ul>
        </dd>
        <dt>{words.userName}</dt>
        <dd>
          <code>{user?.username ?? ""}</code>
        </dd>
        <dt>{words.password}</dt>
        <dd>
          <Password {...properties} />
        </dd>
      </dl>
      <h3>{words.firstSteps}</h3>
      <ol>
        <li>{words.steps1}</li>
        <li>{words.steps2}</li>
        <li>{words.steps3}</li>
      </ol>
    </section>
  );
};

/** The part of a deployment's page that changes while it runs; the same with and without scripts. */
export const ProgressPart: FC<ProgressProperties> = (properties) => {
  const { context, run, configuration, events, estimate } = properties;
  const { texts, operator, actor } = context;
  const { deployment: words } = texts.services;
  const progress = progressOf(events.map(({ event }) => event));
  const unfinished = run.status === "queued" || run.status === "running";
  const mayCancel = unfinished && decide(actor, "deployment.cancel", operator.id) === "yes";
  const last = events.at(-1)?.sequence ?? 0;
  return (
    <div id="progress" data-status={run.status} data-last={String(last)}>
      <div role="status">
        <p>
          <StatusOf context={context} status={run.status} />
        </p>
        <Sentence context={context} run={run} />
      </div>
      <Times context={context} run={run} estimate={estimate} />
      {run.status === "succeeded" && <Ready {...properties} />}
      <Failed context={context} run={run} />
      {progress.components.length > 0 && (
        <section aria-labelledby="steps">
          <h2 id="steps">{words.steps}</h2>
          <ul class="steps">
            {progress.components.map((step) => (
              <Step context={context} step={step} />
            ))}
          </ul>
          {progress.resumed && <p class="muted">{words.resumed}</p>}
        </section>
      )}
      <div class="actions">
        {mayCancel && run.cancel_requested_at === null && (
          <Form context={context} action={`${deploymentPath(run)}/cancel`}>
            <button type="submit" class="secondary">
              {words.cancel}
            </button>
          </Form>
        )}
        {(run.status === "failed" || run.status === "cancelled") && configuration !== undefined && (
          <a class="button" href={`${configurationPath(configuration)}/review`}>
            {words.again}
          </a>
        )}
      </div>
    </div>
  );
};
