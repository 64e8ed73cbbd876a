import type { Selectable } from "kysely";
import { createHash } from "node:crypto";
import { Failure } from "../../model/failure.ts";
import { canonicalJson, type JsonObject } from "../../model/json.ts";
import { newId } from "../accounts/secret-value.ts";
import type { Queries } from "../database/database.ts";
import type { ConfigurationTable } from "../database/tables.ts";

/** An operator's configuration for one domain. */
export type StoredConfiguration = Selectable<ConfigurationTable>;

/** Names one version of a staged configuration, so that what was reviewed is what is deployed. */
export function stagedMark(configuration: JsonObject): string {
  return createHash("sha256").update(canonicalJson(configuration)).digest("base64url");
}

/** The configurations of one operator: every query is limited to them. */
export interface ConfigurationStore {
  list(): Promise<readonly StoredConfiguration[]>;
  find(id: string): Promise<StoredConfiguration | undefined>;
  /** @throws Failure `domain-taken` */
  create(options: {
    readonly domain: string;
    readonly environment: string;
    readonly staged: JsonObject;
  }): Promise<string>;
  stage(id: string, staged: JsonObject): Promise<void>;
  /** Whether this is the first time that the password is asked for; from then on it is not. */
  claimPassword(id: string): Promise<boolean>;
  /** Forgets a configuration that was never deployed, or of which nothing is left. */
  discard(id: string): Promise<void>;
}

/** Opens the configurations of one operator. */
export function configurationsOf(queries: Queries, operator: string, now: () => number): ConfigurationStore {
  const own = () => queries.selectFrom("configuration").selectAll().where("operator_id", "=", operator);
  return {
    list: () => own().orderBy("domain").execute(),
    find: (id) => own().where("id", "=", id).executeTakeFirst(),
    async create({ domain, environment, staged }) {
      const id = newId();
      const time = new Date(now());
      const made = await queries
        .insertInto("configuration")
        .values({
          id,
          operator_id: operator,
          domain,
          environment,
          staged: JSON.stringify(staged),
          staged_at: time,
          created_at: time,
        })
        .onConflict((conflict) => conflict.column("domain").doNothing())
        .returning("id")
        .executeTakeFirst();
      if (made !== undefined) return id;
      throw new Failure({
        code: "domain-taken",
        attempted: `make a place for ${domain}`,
        subject: "domain",
        found: "this domain is in use already",
        next: "Choose another one. If it is yours, ask your hosting provider.",
      });
    },
    async stage(id, staged) {
      await queries
        .updateTable("configuration")
        .set({ staged: JSON.stringify(staged), staged_at: new Date(now()) })
        .where("operator_id", "=", operator)
        .where("id", "=", id)
        .execute();
    },
    async claimPassword(id) {
      const { numUpdatedRows } = await queries
        .updateTable("configuration")
        .set({ password_shown_at: new Date(now()) })
        .where("operator_id", "=", operator)
        .where("id", "=", id)
        .where("password_shown_at", "is", null)
        .executeTakeFirst();
      return Number(numUpdatedRows) === 1;
    },
    async discard(id) {
      await queries.deleteFrom("configuration").where("operator_id", "=", operator).where("id", "=", id).execute();
    },
  };
}
