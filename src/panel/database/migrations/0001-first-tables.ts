import { sql, type Kysely } from "kysely";
import type { Migration } from "kysely/migration";

const statements = [
  sql`create table person (
    id text primary key, email text not null unique, name text not null, language text, password_hash text not null,
    totp_secret text, totp_step bigint, staff_role text check (staff_role in ('admin', 'support')),
    created_at timestamptz not null)`,
  sql`create table recovery_code (
    person_id text not null references person on delete cascade, hash text not null, used_at timestamptz,
    primary key (person_id, hash))`,
  sql`create table passkey (
    id text primary key, person_id text not null references person on delete cascade,
    credential_id text not null unique, public_key text not null, counter bigint not null, transports text not null,
    name text not null, created_at timestamptz not null, used_at timestamptz)`,
  sql`create index passkey_person on passkey (person_id)`,
  sql`create table session (
    hash text primary key, id text not null unique, person_id text not null references person on delete cascade,
    stage text not null check (stage in ('password', 'complete')), created_at timestamptz not null,
    used_at timestamptz not null, proved_at timestamptz not null, source text not null, agent text not null)`,
  sql`create index session_person on session (person_id)`,
  sql`create table challenge (
    id text primary key, challenge text not null, person_id text references person on delete cascade,
    expires_at timestamptz not null)`,
  sql`create table operator (
    id text primary key, name text not null, created_at timestamptz not null, suspended_at timestamptz)`,
  sql`create table member (
    operator_id text not null references operator, person_id text not null references person on delete cascade,
    role text not null check (role in ('owner', 'admin', 'viewer')), created_at timestamptz not null,
    primary key (operator_id, person_id))`,
  sql`create index member_person on member (person_id)`,
  sql`create table invitation (
    id text primary key, hash text not null unique, email text, operator_id text references operator,
    role text check (role in ('owner', 'admin', 'viewer')), staff_role text check (staff_role in ('admin', 'support')),
    invited_by text references person on delete set null, created_at timestamptz not null,
    expires_at timestamptz not null, accepted_at timestamptz,
    check ((operator_id is null) = (role is null)))`,
  sql`create table configuration (
    id text primary key, operator_id text not null references operator, domain text not null unique,
    environment text not null, staged jsonb not null, deployed jsonb, staged_at timestamptz not null,
    deployed_at timestamptz, health jsonb, health_at timestamptz, password_shown_at timestamptz,
    created_at timestamptz not null)`,
  sql`create index configuration_operator on configuration (operator_id)`,
  sql`create table run (
    id text primary key, operator_id text not null references operator,
    configuration_id text not null references configuration on delete cascade, purge boolean not null,
    status text not null check (status in ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
    configuration jsonb not null, environment text not null, requested_by text not null,
    requested_at timestamptz not null, started_at timestamptz, finished_at timestamptz,
    cancel_requested_at timestamptz, failure jsonb)`,
  // One at a time: two clicks make one deployment, whichever process they reach.
  sql`create unique index run_one_at_a_time on run (configuration_id) where status in ('queued', 'running')`,
  sql`create index run_operator on run (operator_id, requested_at desc)`,
  sql`create index run_recent on run (requested_at desc)`,
  sql`create table run_event (
    run_id text not null references run on delete cascade, sequence integer not null, event jsonb not null,
    primary key (run_id, sequence))`,
  sql`create table audit (
    sequence bigint primary key, time timestamptz not null, actor text not null, operator_id text, action text not null,
    subject text not null, outcome text not null check (outcome in ('done', 'denied', 'failed')), source text not null,
    detail jsonb not null, previous_hash text not null, hash text not null)`,
  sql`create index audit_operator on audit (operator_id, sequence desc)`,
  sql`create table token (
    id text primary key, hash text not null unique, operator_id text not null references operator,
    person_id text not null references person on delete cascade, name text not null, scopes jsonb not null,
    created_at timestamptz not null, expires_at timestamptz not null, used_at timestamptz)`,
  sql`create index token_operator on token (operator_id)`,
  sql`create table attempt (key text not null, "window" bigint not null, count integer not null, primary key (key, "window"))`,
];

export const firstTables: Migration = {
  async up(database: Kysely<unknown>) {
    for (const statement of statements) await statement.execute(database);
  },
};
