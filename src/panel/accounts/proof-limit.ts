import { isIPv6 } from "node:net";
import type { Queries } from "../database/database.ts";
import { attempt, forgive, type Limit } from "./attempts.ts";
import { hashSecret } from "./secret-value.ts";

const window = 15 * 60_000;
/** Of one source, for whichever accounts: a school or an office may share an address. */
const perSource: Limit = { count: 60, window };
/** Of one source for one account. */
const perPair: Limit = { count: 8, window };
/** For one account from everywhere: several times what one source can use up. */
const perAccount: Limit = { count: 40, window };

/** What somebody tries to prove, and from where. */
export interface ProofAttempt {
  readonly kind: "password" | "second-factor" | "way-back";
  /** The e-mail address, whether there is such an account or not; a link that leads nowhere stands for itself. */
  readonly email: string;
  /** The address that asks. */
  readonly source: string;
  readonly now: number;
}

/** The part of an address that belongs to one customer: all of IPv4, the first 64 bits of IPv6. */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(?<v4>[0-9.]+)$/i.exec(address)?.groups?.["v4"];
  if (mapped !== undefined) return mapped;
  if (!isIPv6(address)) return address;
  const [head = "", tail] = (address.split("%")[0] ?? "").split("::");
  const before = head === "" ? [] : head.split(":");
  const after = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? [] : Array.from({ length: 8 - before.length - after.length }, () => "0");
  const groups = [...before, ...zeros, ...after].slice(0, 4);
  return `${groups.map((group) => Number.parseInt(group, 16).toString(16)).join(":")}::/64`;
}

function pairKey({ kind, email, source }: ProofAttempt): string {
  return `${kind} ${hashSecret(email)} from ${networkOf(source)}`;
}

/** Whether the account was in use from this source lately, and so is most likely used by its owner there. */
async function knownSource(queries: Queries, { email, source }: ProofAttempt): Promise<boolean> {
  const row = await queries
    .selectFrom("session")
    .innerJoin("person", "person.id", "session.person_id")
    .select("session.id")
    .where("email", "=", email)
    .where("stage", "=", "complete")
    .where("session.source", "=", source)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/**
 * Counts an attempt, and says whether it may be made. What one source uses up is counted against itself first, so that it
 * can lock out neither everybody nor, alone, an account.
 */
export async function mayProve(queries: Queries, proof: ProofAttempt): Promise<boolean> {
  const { kind, email, source, now } = proof;
  if (!(await attempt(queries, `${kind} from ${networkOf(source)}`, perSource, now))) return false;
  if (!(await attempt(queries, pairKey(proof), perPair, now))) return false;
  if (await attempt(queries, `${kind} ${hashSecret(email)}`, perAccount, now)) return true;
  return await knownSource(queries, proof);
}

/** After it went well: the count of this source for this account begins anew. */
export async function proved(queries: Queries, proof: ProofAttempt): Promise<void> {
  await forgive(queries, pairKey(proof));
}
