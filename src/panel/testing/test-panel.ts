import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import type { Hono } from "hono";
import { Kysely, PGliteDialect } from "kysely";
import { applications, defineConfig, type FediversityConfig } from "../../catalogue/config.ts";
import { defineEnvironment } from "../../catalogue/environments/define-environment.ts";
import { hosts } from "../../catalogue/environments/hosts.ts";
import { offer } from "../../catalogue/environments/offer.ts";
import { oneMachine } from "../../catalogue/environments/placement.ts";
import { dataDirectory } from "../../catalogue/resources/data-directory.ts";
import { loginShell } from "../../catalogue/resources/login-shell.ts";
import { service } from "../../catalogue/resources/service.ts";
import { webAddress } from "../../catalogue/resources/web-address.ts";
import { openEngine } from "../../engine/engine.ts";
import type { MemberRole, StaffRole } from "../access/role.ts";
import { hashPassword } from "../accounts/password.ts";
import { newId } from "../accounts/secret-value.ts";
import { startSession } from "../accounts/sessions.ts";
import type { Queries } from "../database/database.ts";
import type { Tables } from "../database/tables.ts";
import { keysFrom } from "../keys.ts";
import type { Panel } from "../panel.ts";
import { carryOut } from "../runs/carry-out.ts";
import { watchRuns } from "../runs/run-watch.ts";
import { readSettings } from "../settings.ts";
import { openBrowser, type Browser } from "./browser.ts";
import { tablesImage } from "./tables-image.ts";
import { memoryMachines, type MemoryMachines } from "./memory-machines.ts";

/** Somebody with an account, in a test. */
export interface TestPerson {
  readonly id: string;
  readonly email: string;
  readonly password: string;
}

/** A panel in this process, with a database in memory and machines that are only remembered. */
export interface TestPanel {
  readonly panel: Panel;
  readonly queries: Queries;
  readonly server: Hono;
  readonly machines: MemoryMachines;
  /** Name servers by domain, for {@link Panel.askNameServers}; a domain that is not there does not exist. */
  readonly delegations: Map<string, readonly string[]>;
  /** Errors that nobody waited for. */
  readonly reported: unknown[];
  /** Moves the clock: milliseconds. */
  pass(milliseconds: number): void;
  makeOperator(name: string): Promise<string>;
  makePerson(options: {
    readonly email: string;
    readonly staffRole?: StaffRole;
    readonly memberships?: { readonly [operator: string]: MemberRole };
  }): Promise<TestPerson>;
  /** A browser in which the person is signed in; without a person, one of a stranger. */
  browser(person?: TestPerson): Promise<Browser>;
  /** Carries out everything that is queued. */
  workOff(): Promise<void>;
  close(): Promise<void>;
}

const password = "correct horse battery staple";
let passwordHash: Promise<string> | undefined;
/** A database in memory with all tables. */
async function openMemory(): Promise<{ readonly queries: Queries; close(): Promise<void> }> {
  const pglite = await PGlite.create({ loadDataDir: await tablesImage() });
  const queries = new Kysely<Tables>({ dialect: new PGliteDialect({ pglite }) });
  return {
    queries,
    async close() {
      await queries.destroy();
      if (!pglite.closed) await pglite.close();
    },
  };
}

/** What a small hosting provider offers: one machine, certificates of its own. */
const testConfig: FediversityConfig = defineConfig({
  applications,
  environments: [
    defineEnvironment({
      name: "production",
      description: "One machine in the cellar",
      offers: {
        data: offer(dataDirectory, {}),
        service: offer(service, {}),
        shell: offer(loginShell, { username: "operator" }),
        web: offer(webAddress, { certificates: { from: "machine" } }),
      },
      placement: oneMachine,
      machines: hosts(["203.0.113.9"]),
    }),
  ],
});

/**
 * Starts one. Close it at the end.
 * @param options.config the hosting provider's, {@link testConfig} when not given
 */
export async function startTestPanel(
  options: { readonly config?: FediversityConfig; readonly environment?: Record<string, string> } = {},
): Promise<TestPanel> {
  const folder = await mkdtemp(join(tmpdir(), "fedipanel-"));
  const database = await openMemory();
  const { queries } = database;
  const machines = memoryMachines();
  const delegations = new Map<string, readonly string[]>();
  const reported: unknown[] = [];
  const report = (error: unknown): void => void reported.push(error);
  const queued: string[] = [];
  let ahead = 0;
  const key = (): string => randomBytes(32).toString("base64url");
  const panel: Panel = {
    queries,
    keys: keysFrom({ sealing: key(), signing: key() }),
    settings: readSettings(undefined, options.environment ?? {}),
    config: options.config ?? testConfig,
    openDeployment: ({ name, sink, signal }) =>
      openEngine({
        stateFolder: join(folder, "state"),
        deploymentName: name,
        identityFile: join(folder, "identity"),
        providers: [machines.provider],
        sink,
        signal,
      }),
    queue: {
      send(run) {
        if (!queued.includes(run)) queued.push(run);
        return Promise.resolve();
      },
      work: () => Promise.resolve(),
      counts: () => Promise.resolve({ queued: queued.length, active: 0 }),
      close: () => Promise.resolve(),
    },
    watch: watchRuns(queries, report),
    askNameServers: (domain) => Promise.resolve(delegations.get(domain) ?? []),
    now: () => Date.now() + ahead,
    report,
  };
  await import("../register-tsx.ts");
  const [{ createServer }, { routes }] = await Promise.all([import("../web/server.ts"), import("../web/routes.ts")]);
  const server = createServer(panel, routes);
  return {
    panel,
    queries,
    server,
    machines,
    delegations,
    reported,
    pass(milliseconds) {
      ahead += milliseconds;
    },
    async makeOperator(name) {
      const id = newId();
      await queries
        .insertInto("operator")
        .values({ id, name, created_at: new Date(panel.now()) })
        .execute();
      return id;
    },
    async makePerson({ email, staffRole = null, memberships = {} }) {
      const id = newId();
      passwordHash ??= hashPassword(password);
      const created_at = new Date(panel.now());
      await queries
        .insertInto("person")
        .values({
          id,
          email,
          name: email.split("@")[0] ?? "",
          password_hash: await passwordHash,
          staff_role: staffRole,
          created_at,
        })
        .execute();
      for (const [operator, role] of Object.entries(memberships))
        await queries.insertInto("member").values({ operator_id: operator, person_id: id, role, created_at }).execute();
      return { id, email, password };
    },
    async browser(person) {
      const browser = openBrowser(server, panel.settings.origin);
      if (person === undefined) return browser;
      const source = { address: "192.0.2.7", agent: "test" };
      const secret = await startSession(queries, { person: person.id, stage: "complete", source, now: panel.now() });
      browser.cookies.set("__Host-session", secret);
      browser.formToken = panel.keys.sign(secret, "form");
      return browser;
    },
    async workOff() {
      for (let run = queued.shift(); run !== undefined; run = queued.shift())
        await carryOut(panel, run, new AbortController().signal);
    },
    async close() {
      panel.watch.close();
      await database.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
