import { sql } from "kysely";
import { hashSecret, newId, newSecret } from "../../src/panel/accounts/secret-value.ts";
import type { Queries } from "../../src/panel/database/database.ts";
import { randomFrom } from "./arrivals.ts";
import { environment } from "./surroundings.ts";

/** Somebody who is signed in, and what their home page has to show. */
export interface Visitor {
  readonly operator: string;
  /** The secret of the session. */
  readonly session: string;
  readonly domains: readonly string[];
}

const operators = 1000;
/** Of each operator. */
const domains = 3;
/** Of each configuration, all ended. */
const runs = 4;
/** Of each run. */
const events = 30;
/** Rows of one statement. */
const batch = 500;

const applications = [["snac"], ["mastodon", "pixelfed"], ["peertube"]] as const;

function configurationOf(domain: string, names: readonly string[], title: string) {
  const options = { enable: true, title, description: "A place for the people of our street and their friends" };
  return {
    domain,
    initialUser: { displayName: "Ada Lovelace", username: "ada", email: `ada@${domain}` },
    applications: Object.fromEntries(names.map((name) => [name, options])),
  };
}

function healthOf(names: readonly string[]) {
  const machine = { name: "main", address: "203.0.113.9", state: "healthy", generation: 3, freeBytes: 5e9 };
  const applications = Object.fromEntries(names.map((name) => [name, { healthy: true, complaints: [] }]));
  return { applications, unreachable: [], machines: [machine] };
}

async function inBatches<Row>(rows: readonly Row[], insert: (rows: Row[]) => Promise<unknown>): Promise<void> {
  for (let at = 0; at < rows.length; at += batch) await insert(rows.slice(at, at + batch));
}

/** Everything about one operator, apart from the log of its runs. */
function operatorRows(number: number, now: number, random: () => number) {
  const operator = newId();
  const person = newId();
  const session = newSecret();
  const ago = (milliseconds: number): Date => new Date(now - milliseconds);
  const year = 365 * 24 * 3_600_000;
  const configurations = applications.slice(0, domains).map((names, index) => {
    const domain = `place-${String(index)}.operator-${String(number)}.example`;
    const deployed = configurationOf(domain, names, "A place for all");
    const staged = random() < 0.1 ? configurationOf(domain, names, "Another title") : deployed;
    return {
      id: newId(),
      operator_id: operator,
      domain,
      environment,
      staged: JSON.stringify(staged),
      deployed: JSON.stringify(deployed),
      health: JSON.stringify(healthOf(names)),
      staged_at: ago(year),
      deployed_at: ago(year / 2),
      // Looked at within the last five minutes, as regular looks do.
      health_at: ago(random() * 300_000),
      created_at: ago(year),
    };
  });
  return {
    operator: { id: operator, name: `Operator ${String(number)}`, created_at: ago(year) },
    person: {
      id: person,
      email: `ada@operator-${String(number)}.example`,
      name: "Ada Lovelace",
      password_hash: "none",
      created_at: ago(year),
    },
    member: { operator_id: operator, person_id: person, role: "owner" as const, created_at: ago(year) },
    session: {
      hash: hashSecret(session),
      id: newId(),
      person_id: person,
      stage: "complete" as const,
      created_at: ago(24 * 3_600_000),
      used_at: ago(random() * 3_600_000),
      proved_at: ago(24 * 3_600_000),
      source: "192.0.2.7",
      agent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    },
    configurations,
    runs: configurations.flatMap(({ id, deployed }) =>
      Array.from({ length: runs }, () => {
        const requested = random() * year;
        return {
          id: newId(),
          operator_id: operator,
          configuration_id: id,
          purge: false,
          status: random() < 0.9 ? ("succeeded" as const) : ("failed" as const),
          configuration: deployed,
          environment,
          requested_by: `person ada@operator-${String(number)}.example`,
          requested_at: ago(requested),
          started_at: ago(requested - 1000),
          finished_at: ago(requested - 60_000),
        };
      }),
    ),
    visitor: { operator, session, domains: configurations.map(({ domain }) => domain) },
  };
}

/**
 * Fills an empty database of the panel: 1,000 operators with 3,000 deployments, the runs that led there and their logs.
 * @returns everybody, signed in
 */
export async function populate(queries: Queries, now: number): Promise<readonly Visitor[]> {
  const random = randomFrom(1);
  const all = Array.from({ length: operators }, (_, number) => operatorRows(number, now, random));
  const flat = <Row>(pick: (one: (typeof all)[number]) => readonly Row[]): readonly Row[] => all.flatMap(pick);
  await inBatches(
    flat((one) => [one.operator]),
    (rows) => queries.insertInto("operator").values(rows).execute(),
  );
  await inBatches(
    flat((one) => [one.person]),
    (rows) => queries.insertInto("person").values(rows).execute(),
  );
  await inBatches(
    flat((one) => [one.member]),
    (rows) => queries.insertInto("member").values(rows).execute(),
  );
  await inBatches(
    flat((one) => [one.session]),
    (rows) => queries.insertInto("session").values(rows).execute(),
  );
  await inBatches(
    flat((one) => one.configurations),
    (rows) => queries.insertInto("configuration").values(rows).execute(),
  );
  await inBatches(
    flat((one) => one.runs),
    (rows) => queries.insertInto("run").values(rows).execute(),
  );
  await sql`
    insert into run_event (run_id, sequence, event)
    select id, number, jsonb_build_object(
      'event', 'component-progress', 'component', 'machine/main', 'phase', 'packages', 'text', 'package ' || number,
      'done', number, 'total', ${events}::integer, 'time', requested_at, 'run', id)
    from run, generate_series(1, ${events}::integer) as number`.execute(queries);
  return all.map(({ visitor }) => visitor);
}
