import { z } from "zod";
import type { FC } from "hono/jsx";
import { verifyAudit } from "../../../audit/audit-log.ts";
import { readAudit, type AuditFilter, type StoredAudit } from "../../../audit/read-audit.ts";
import { TextField } from "../../parts/form.tsx";
import { route, type PersonContext, type Route } from "../../route.ts";
import { providerPage } from "./frame.tsx";
import { pageLength } from "./paging.tsx";
import { Table } from "../../parts/table.tsx";

const outcomes = ["done", "denied", "failed"] as const;
const Day = z.iso.date().transform((day) => new Date(`${day}T00:00:00Z`));

/** Reads the filter out of the address; what does not fit there is as if it was not. */
function filterOf(query: Readonly<Record<string, string>>): Omit<AuditFilter, "limit"> {
  const text = (name: string): string | undefined => query[name]?.trim().slice(0, 100) || undefined;
  const day = (name: string): Date | undefined => Day.safeParse(query[name]).data;
  const until = day("until");
  return {
    operator: text("operator") === "none" ? null : text("operator"),
    actor: text("actor"),
    action: text("action"),
    outcome: outcomes.find((one) => one === query["outcome"]),
    from: day("from"),
    until: until === undefined ? undefined : new Date(until.getTime() + 24 * 3_600_000),
    before: /^[0-9]{1,15}$/.test(query["before"] ?? "") ? Number(query["before"]) : undefined,
  };
}

const Entries: FC<{ readonly context: PersonContext; readonly entries: readonly StoredAudit[] }> = ({
  context,
  entries,
}) => {
  const { texts, format } = context;
  const { audit: words } = texts.provider;
  const looks = { done: "good", denied: "off", failed: "bad" } as const;
  return (
    <Table caption={words.caption} columns={Object.values(words.columns)}>
      {entries.map(({ sequence, time, actor, operator_id: operator, action, subject, outcome, source, detail }) => (
        <tr>
          <td>{String(sequence)}</td>
          <td>
            <time datetime={time.toISOString()}>{format.dateTime(time)}</time>
          </td>
          <th scope="row">{actor}</th>
          <td>{operator === null ? "–" : <a href={`/provider/operators/${operator}`}>{operator}</a>}</td>
          <td>
            <code>{action}</code>
          </td>
          <td>
            {subject}{" "}
            <span class="muted">
              {Object.entries(detail)
                .map(([key, value]) => `${key}: ${typeof value === "string" ? value : JSON.stringify(value)}`)
                .join(", ")}
            </span>
          </td>
          <td>
            <span class={`state ${looks[outcome]}`}>{words.outcomes[outcome]}</span>
          </td>
          <td>
            <code>{source}</code>
          </td>
        </tr>
      ))}
    </Table>
  );
};

async function auditPage(context: PersonContext): Promise<Response> {
  const { panel, texts, http } = context;
  const { audit: words } = texts.provider;
  const query = http.req.query();
  const filter = filterOf(query);
  const found = await readAudit(panel.queries, { ...filter, limit: pageLength + 1 });
  const entries = found.slice(0, pageLength);
  const { before: _, check: _check, ...kept } = query;
  const link = (path: string, more: Record<string, string> = {}): string =>
    `${path}?${new URLSearchParams({ ...kept, ...more }).toString()}`;
  const broken = query["check"] === "yes" ? { at: await verifyAudit(panel.queries) } : undefined;
  return providerPage(
    context,
    { title: words.title, at: "audit" },
    <>
      {broken !== undefined && (
        <p class={`notice ${broken.at === undefined ? "good" : "bad"}`} role="status">
          {broken.at === undefined ? words.whole : words.broken(String(broken.at))}
        </p>
      )}
      <form method="get" action="/provider/audit">
        <TextField name="actor" label={words.actor} value={query["actor"]} maxlength={100} />
        <TextField name="action" label={words.action} hint={words.actionHint} value={query["action"]} maxlength={100} />
        <TextField name="operator" label={words.operator} hint={words.operatorHint} value={query["operator"]} />
        <div class="field">
          <label for="outcome">{words.outcome}</label>
          <select id="outcome" name="outcome">
            <option value="">{words.any}</option>
            {outcomes.map((one) => (
              <option value={one} {...(one === filter.outcome ? { selected: true } : {})}>
                {words.outcomes[one]}
              </option>
            ))}
          </select>
        </div>
        {(["from", "until"] as const).map((name) => (
          <div class="field">
            <label for={name}>{words[name]}</label>
            <input id={name} name={name} type="date" value={query[name] ?? ""} />
          </div>
        ))}
        <p class="actions">
          <button type="submit">{words.show}</button>
          <a class="button secondary" href={link("/provider/audit/export")}>
            {words.export}
          </a>
          <a class="button secondary" href={link("/provider/audit", { check: "yes" })}>
            {words.check}
          </a>
        </p>
      </form>
      {entries.length === 0 ? <p class="empty">{words.none}</p> : <Entries context={context} entries={entries} />}
      {found.length > pageLength && (
        <p class="actions">
          <a class="button secondary" href={link("/provider/audit", { before: String(entries.at(-1)?.sequence ?? 0) })}>
            {words.older}
          </a>
        </p>
      )}
    </>,
  );
}

/** One entry per line, with its hashes, so that whoever has it can compute the chain again. */
function exportTrail(context: PersonContext): Response {
  const { queries } = context.panel;
  const filter = filterOf(context.http.req.query());
  let before = filter.before;
  const lines = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const page = await readAudit(queries, { ...filter, before, limit: 1000 });
      before = page.at(-1)?.sequence;
      if (page.length > 0)
        controller.enqueue(new TextEncoder().encode(page.map((entry) => `${JSON.stringify(entry)}\n`).join("")));
      if (page.length < 1000) controller.close();
    },
  });
  return new Response(lines, {
    headers: { "content-type": "application/x-ndjson", "content-disposition": 'attachment; filename="audit.jsonl"' },
  });
}

/** The audit trail of everything. */
export const auditRoutes: readonly Route[] = [
  route({ method: "GET", path: "/provider/audit", permission: "provider.audit", handle: auditPage }),
  route({ method: "GET", path: "/provider/audit/export", permission: "provider.audit", handle: exportTrail }),
];
