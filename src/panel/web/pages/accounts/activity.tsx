import type { Child, FC } from "hono/jsx";
import { attempt } from "../../../accounts/attempts.ts";
import { verifyAudit } from "../../../audit/audit-log.ts";
import { operatorTrail } from "../../../audit/operator-trail.ts";
import { readAudit, type StoredAudit } from "../../../audit/read-audit.ts";
import { page } from "../../answer.tsx";
import { route, type OperatorContext, type Route } from "../../route.ts";
import { whatWasDone, whoDid } from "./audit-sentence.ts";
import { Table } from "../../parts/table.tsx";

/** Entries on one page. */
const pageLength = 50;
/** The whole trail is read for a check. */
const checkLimit = { count: 10, window: 15 * 60_000 };

const states = { done: "state good", denied: "state bad", failed: "state bad" } as const;

const EntryRow: FC<{ readonly context: OperatorContext; readonly entry: StoredAudit }> = ({ context, entry }) => {
  const { texts, format, panel } = context;
  const { activity } = texts.accounts;
  return (
    <tr>
      <td>
        <time datetime={entry.time.toISOString()} title={format.dateTime(entry.time)}>
          {format.ago(entry.time, panel.now())}
        </time>
      </td>
      <td>{whoDid(entry, texts)}</td>
      <td>{whatWasDone(entry, texts)}</td>
      <td>
        <span class={states[entry.outcome]}>{activity.outcomes[entry.outcome]}</span>
      </td>
      <td>{entry.source}</td>
    </tr>
  );
};

/** Recomputes the trail, when it is asked for. */
async function check(context: OperatorContext): Promise<Child> {
  const { panel, texts, format, actor, http } = context;
  const { activity } = texts.accounts;
  if (http.req.query("check") === undefined) return null;
  const who = actor.kind === "person" ? actor.id : actor.kind;
  if (!(await attempt(panel.queries, `audit check by ${who}`, checkLimit, panel.now())))
    return <p class="notice bad">{texts.shell.tooMany.text}</p>;
  const broken = await verifyAudit(panel.queries);
  return broken === undefined ? (
    <p class="notice good" role="status">
      {activity.checkedGood(format.time(new Date(panel.now())))}
    </p>
  ) : (
    <p class="notice bad" role="alert">
      {activity.checkedBad(format.number(broken))}
    </p>
  );
}

async function activityPage(context: OperatorContext): Promise<Response> {
  const { panel, operator, texts, http } = context;
  const { activity } = texts.accounts;
  const given = http.req.query("before") ?? "";
  const before = /^[1-9][0-9]{0,14}$/.test(given) ? Number(given) : undefined;
  const found = await readAudit(panel.queries, { operator: operator.id, before, limit: pageLength + 1 });
  const entries = found.slice(0, pageLength);
  const base = `/operators/${operator.id}/activity`;
  const checked = await check(context);
  return await page(
    context,
    { title: texts.shell.activity, operator, here: "activity" },
    <>
      <p>{activity.intro}</p>
      {checked}
      {entries.length === 0 ? (
        <p class="empty">{activity.empty}</p>
      ) : (
        <Table
          caption={activity.caption(operator.name)}
          columns={[activity.when, activity.who, activity.what, activity.outcome, activity.from]}
        >
          {entries.map((entry) => (
            <EntryRow context={context} entry={entry} />
          ))}
        </Table>
      )}
      <p class="actions">
        {before !== undefined && (
          <a class="button secondary" href={base}>
            {activity.newest}
          </a>
        )}
        {found.length > pageLength && (
          <a class="button secondary" rel="next" href={`${base}?before=${String(entries.at(-1)?.sequence ?? 0)}`}>
            {activity.older}
          </a>
        )}
        <a class="button secondary" href={`${base}?check=yes`}>
          {activity.check}
        </a>
        <a class="button secondary" href={`${base}/export`}>
          {activity.export}
        </a>
      </p>
      <p class="muted">{activity.exportText}</p>
    </>,
  );
}

/** One line per entry: what {@link verifyAudit} hashes, the hash of the entry before it, and its own. */
async function* lines({ panel, operator }: OperatorContext): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  for await (const row of operatorTrail(panel.queries, operator.id)) {
    const { operator_id: id, previous_hash: previousHash, hash, time, ...rest } = row;
    yield encoder.encode(
      `${JSON.stringify({ ...rest, time: time.toISOString(), operator: id, previousHash, hash })}\n`,
    );
  }
}

/** What happened in an operator's part of the panel. */
export const activityRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: "/operators/:operator/activity",
    permission: "audit.read",
    handle: activityPage,
  }),
  route({
    method: "GET",
    path: "/operators/:operator/activity/export",
    permission: "audit.read",
    handle: (context) =>
      context.http.body(ReadableStream.from(lines(context)), 200, {
        "content-type": "application/jsonl; charset=utf-8",
        "content-disposition": 'attachment; filename="activity.jsonl"',
      }),
  }),
];
