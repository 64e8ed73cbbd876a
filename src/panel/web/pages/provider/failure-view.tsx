import type { FC } from "hono/jsx";
import type { FailureReport } from "../../../../model/failure.ts";
import type { PersonContext } from "../../route.ts";

/** What went wrong, and what to do next. */
export const FailureView: FC<{ readonly context: PersonContext; readonly failure: FailureReport }> = ({
  context,
  failure,
}) => {
  const { failure: words } = context.texts.provider;
  const single = failure.failures ?? [];
  return (
    <section class="notice bad">
      <h2>{words.title}</h2>
      <p>
        {failure.subject === undefined ? "" : `${failure.subject}: `}
        {failure.found}
      </p>
      <dl class="facts">
        <dt>{words.attempted}</dt>
        <dd>{failure.attempted}</dd>
        <dt>{words.next}</dt>
        <dd>{failure.next}</dd>
        <dt>{words.code}</dt>
        <dd>
          <code>{failure.code}</code>
        </dd>
      </dl>
      {single.length > 0 && (
        <ul>
          {single.map(({ subject, found, next }) => (
            <li>
              {subject === undefined ? "" : `${subject}: `}
              {found} {next}
            </li>
          ))}
        </ul>
      )}
      {failure.details !== undefined && failure.details.length > 0 && (
        <details>
          <summary>{context.texts.shell.details}</summary>
          <pre class="log" tabindex={0}>
            {failure.details.join("\n")}
          </pre>
        </details>
      )}
    </section>
  );
};
