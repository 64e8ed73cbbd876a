import { lookup, Resolver } from "node:dns/promises";
import { isIP } from "node:net";
import type { DnsRecordInputs } from "../../catalogue/components/dns-record.ts";
import { Failure } from "../../model/failure.ts";

/** What a name server answers for one name and type; no values where it has none. */
export interface RecordSet {
  readonly values: readonly string[];
  /** Seconds; unknown for types whose answers Node gives without it. */
  readonly ttl?: number | undefined;
}

type Question = Pick<DnsRecordInputs, "server" | "name" | "type">;

/** Answers that say that there is nothing: RFC 1035 section 4.1.1, RCODE 3, and an empty answer. */
const nothing = new Set(["ENOTFOUND", "ENODATA"]);

async function serverAddress(server: DnsRecordInputs["server"]): Promise<string> {
  const { address, port } = server;
  const ip = isIP(address) === 0 ? (await lookup(address)).address : address;
  return isIP(ip) === 6 ? `[${ip}]:${String(port)}` : `${ip}:${String(port)}`;
}

async function ask(resolver: Resolver, { name, type }: Question): Promise<RecordSet> {
  switch (type) {
    case "A":
    case "AAAA": {
      const answers = await (type === "A"
        ? resolver.resolve4(name, { ttl: true })
        : resolver.resolve6(name, { ttl: true }));
      return { values: answers.map(({ address }) => address), ttl: answers[0]?.ttl };
    }
    case "CNAME":
      return { values: await resolver.resolveCname(name) };
    case "TXT":
      return { values: (await resolver.resolveTxt(name)).map((parts) => parts.join("")) };
  }
}

/**
 * Asks the zone's own server what it has.
 * @throws Failure `dns-unreachable`
 */
export async function queryRecords(question: Question): Promise<RecordSet> {
  const { server, name, type } = question;
  try {
    const resolver = new Resolver({ timeout: 2000, tries: 2 });
    resolver.setServers([await serverAddress(server)]);
    return await ask(resolver, question);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "";
    if (nothing.has(code)) return { values: [] };
    throw new Failure(
      {
        code: "dns-unreachable",
        attempted: `ask the name server for ${type} ${name}`,
        subject: `${server.address} port ${String(server.port)}`,
        found: `it does not answer: ${(error as Error).message}`,
        next: "Check that the name server runs and that this computer reaches it, then run the same again.",
      },
      { cause: error },
    );
  }
}
