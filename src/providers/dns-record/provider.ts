import { SocketAddress } from "node:net";
import { type DnsRecordInputs, dnsRecord } from "../../catalogue/components/dns-record.ts";
import type { Change, PriorContext, Provider, ProviderContext, SecretReader } from "../../engine/provider.ts";
import { Failure } from "../../model/failure.ts";
import { isReference, referencesIn, substitute } from "../../model/reference.ts";
import { queryRecords, type RecordSet } from "./query.ts";
import { type RecordUpdate, updateRecords } from "./update.ts";

type Records = Omit<DnsRecordInputs, "values"> & { readonly values: readonly string[] };

/** The key's secret, opened only where the name server is told something. */
async function keySecret(
  { server }: Pick<DnsRecordInputs, "server">,
  secrets: SecretReader,
): Promise<string | undefined> {
  const secret = server.key?.secret;
  if (secret === undefined) return undefined;
  const values = new Map<string, string>();
  for (const reference of referencesIn(isReference(secret) ? [secret] : secret)) {
    if ("$secret" in reference) values.set(reference.$secret, await secrets.reveal(reference.$secret));
  }
  return String(
    substitute(secret, (reference) => ("$secret" in reference ? values.get(reference.$secret) : undefined)),
  );
}

/** The one form of a value that all ways to write it have in common: RFC 5952, RFC 1034 section 3.1. */
function canonical(type: Records["type"], value: string): string {
  if (type === "AAAA") return new SocketAddress({ address: value, family: "ipv6" }).address;
  return type === "CNAME" ? value.toLowerCase().replace(/\.$/, "") : value;
}

function sameValues(type: Records["type"], a: readonly string[], b: readonly string[]): boolean {
  const lines = (values: readonly string[]): string =>
    values
      .map((value) => canonical(type, value))
      .toSorted()
      .join("\n");
  return lines(a) === lines(b);
}

function isWanted({ type, values, ttl }: Records, found: RecordSet): boolean {
  return sameValues(type, values, found.values) && (found.ttl === undefined || found.ttl === ttl);
}

function changesOf({ name, type, values, ttl }: Records, found: RecordSet): readonly Change[] {
  const what = `record ${type} ${name}`;
  const wanted = `${values.join(", ")} for ${String(ttl)} s`;
  if (found.values.length === 0) return [{ verb: "add", what, detail: [wanted] }];
  return [{ verb: "change", what, detail: [`${found.values.join(", ")} → ${wanted}`] }];
}

function updateOf(inputs: Records, change: Pick<RecordUpdate, "remove" | "add">): RecordUpdate {
  const { server, zone, name, type, ttl } = inputs;
  return { server, zone, name, type, ttl, ...change };
}

/** What is in a zone of the values that were made there: the rest is somebody else's. */
async function oursIn(records: Records): Promise<readonly string[]> {
  const { type } = records;
  const wanted = new Set(records.values.map((value) => canonical(type, value)));
  const { values } = await queryRecords(records);
  return values.filter((value) => wanted.has(canonical(type, value)));
}

/** A CNAME stands beside no address: RFC 1034 section 3.6.2. */
const exclusive: Readonly<Record<Records["type"], readonly Records["type"][]>> = {
  A: ["CNAME"],
  AAAA: ["CNAME"],
  CNAME: ["A", "AAAA"],
  TXT: [],
};

interface Obstacle {
  readonly type: Records["type"];
  readonly values: readonly string[];
}

/** What leads the name elsewhere, and has to go for this record. */
async function obstaclesOf(records: Records): Promise<readonly Obstacle[]> {
  const found = await Promise.all(
    exclusive[records.type].map(async (type) => ({ type, values: (await queryRecords({ ...records, type })).values })),
  );
  return found.filter(({ values }) => values.length > 0);
}

/**
 * Reads back what was written: a name server passes over what cannot stand beside other records, such as a CNAME beside an
 * address, and says that all went well. RFC 2136 section 3.4.2.2
 */
async function readBack(inputs: Records): Promise<void> {
  const found = await queryRecords(inputs);
  if (isWanted(inputs, found)) return;
  const { name, type, server, zone } = inputs;
  throw new Failure({
    code: "dns-not-taken",
    attempted: `change ${type} ${name} in DNS`,
    subject: `${server.address} port ${String(server.port)}`,
    found: `it took the update, and says ${found.values.length === 0 ? "nothing" : found.values.join(", ")} for the name`,
    next: `Look what else stands under ${name} in zone ${zone}: a CNAME allows no other record beside it, such as MX or TXT. Remove what is not needed, then run the same again.`,
  });
}

/** Makes the provider of DNS records: dynamic updates of RFC 2136, read back from the zone's own server. */
export function dnsRecordProvider(): Provider<DnsRecordInputs> {
  const wantedOf = (context: ProviderContext<DnsRecordInputs>): Records => context.inputs as Records;
  const priorOf = ({ prior }: PriorContext): Records => prior.inputs as unknown as Records;
  return {
    type: dnsRecord,

    identity: ({ name, type }) =>
      typeof name === "string" && typeof type === "string" ? `${name} ${type}` : undefined,

    async read(context) {
      const inputs = priorOf(context);
      const found = await queryRecords(inputs);
      if (found.values.length === 0) return { exists: false };
      const drift = isWanted(inputs, found) ? [] : [`it says ${found.values.join(", ")}`];
      return { exists: true, outputs: { name: inputs.name }, drift, health: [] };
    },

    async diff(context) {
      const inputs = wantedOf(context);
      const found = await queryRecords(inputs);
      const outputs = { name: inputs.name };
      if (isWanted(inputs, found)) return { kind: "same", outputs };
      const obstacles = await obstaclesOf(inputs);
      const removals = obstacles.map(({ type, values }): Change => ({
        verb: "remove",
        what: `record ${type} ${inputs.name}`,
        detail: values,
      }));
      const kind = found.values.length === 0 && obstacles.length === 0 ? "create" : "update";
      return { kind, changes: [...removals, ...changesOf(inputs, found)], drift: [], outputs };
    },

    async reconcile(context) {
      const inputs = wantedOf(context);
      const found = await queryRecords(inputs);
      const outputs = { name: inputs.name };
      if (isWanted(inputs, found)) return { outcome: "unchanged", outputs };
      const obstacles = await obstaclesOf(inputs);
      const update = {
        ...updateOf(inputs, { remove: "all", add: inputs.values }),
        instead: obstacles.map(({ type }) => type),
      };
      await updateRecords(update, await keySecret(inputs, context.secrets), context.signal);
      await readBack(inputs);
      return { outcome: found.values.length === 0 && obstacles.length === 0 ? "created" : "updated", outputs };
    },

    async delete(context) {
      const inputs = priorOf(context);
      const ours = await oursIn(inputs);
      if (ours.length === 0) return;
      const update = updateOf(inputs, { remove: ours, add: [] });
      await updateRecords(update, await keySecret(inputs, context.secrets), context.signal);
    },
  };
}
