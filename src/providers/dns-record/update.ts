import type { DnsRecordInputs } from "../../catalogue/components/dns-record.ts";
import { Failure } from "../../model/failure.ts";
import { run } from "../process/run.ts";

/** What is to be done to the records of one name and type. */
export interface RecordUpdate {
  readonly server: DnsRecordInputs["server"];
  readonly zone: string;
  readonly name: string;
  readonly type: DnsRecordInputs["type"];
  readonly remove: readonly string[] | "all";
  readonly add: readonly string[];
  readonly ttl: number;
  /** Types of which all records under the name go as well, since what is added cannot stand beside them. */
  readonly instead?: readonly DnsRecordInputs["type"][] | undefined;
}

/** Quotes a value for a line of nsupdate: TXT as a character string of RFC 1035 section 5.1, in parts of 255 bytes. */
function presented(type: RecordUpdate["type"], value: string): string {
  if (type === "CNAME") return `${value.replace(/\.$/, "")}.`;
  if (type !== "TXT") return value;
  const bytes = Buffer.from(value);
  const parts: string[] = [];
  for (let at = 0; at < Math.max(bytes.length, 1); at += 255) {
    const part = [...bytes.subarray(at, at + 255)]
      .map((byte) =>
        byte < 0x20 || byte > 0x7e
          ? `\\${String(byte).padStart(3, "0")}`
          : byte === 0x22 || byte === 0x5c
            ? `\\${String.fromCharCode(byte)}`
            : String.fromCharCode(byte),
      )
      .join("");
    parts.push(`"${part}"`);
  }
  return parts.join(" ");
}

/**
 * Writes the lines for nsupdate(1). Pure. The key goes along here, where no process list shows it.
 * @param secret the TSIG key in base64, where the server wants one
 */
export function updateScript(update: RecordUpdate, secret?: string): string {
  const { server, zone, name, type, remove, add, ttl, instead = [] } = update;
  const { key } = server;
  const removals = remove === "all" ? [""] : remove.map((value) => ` ${presented(type, value)}`);
  return [
    `server ${server.address} ${String(server.port)}`,
    `zone ${zone}.`,
    ...(key === undefined || secret === undefined ? [] : [`key ${key.algorithm}:${key.name} ${secret}`]),
    ...instead.map((other) => `update delete ${name}. ${other}`),
    ...removals.map((value) => `update delete ${name}. ${type}${value}`),
    ...add.map((value) => `update add ${name}. ${String(ttl)} ${type} ${presented(type, value)}`),
    "send",
    "",
  ].join("\n");
}

function updateFailure({ server, zone, name, type }: RecordUpdate, said: string): Failure {
  const unsigned = server.key === undefined ? "without a key" : `with key ${server.key.name}`;
  const known = [
    {
      words: /REFUSED|NOTAUTH|BADKEY|BADSIG|BADTIME|TSIG/i,
      code: "dns-refused",
      found: `it refused the update ${unsigned}`,
      next: "Compare name, algorithm and secret of the key with those on the name server, and what it lets the key change; compare the clocks.",
    },
    {
      words: /NOTZONE|SERVFAIL|NXDOMAIN/i,
      code: "dns-zone",
      found: `it did not take the update for zone ${zone}`,
      next: "Check that the name server is the primary of this zone and takes dynamic updates for it.",
    },
  ].find(({ words }) => words.test(said));
  return new Failure({
    code: known?.code ?? "dns-unreachable",
    attempted: `change ${type} ${name} in DNS`,
    subject: `${server.address} port ${String(server.port)}`,
    found: known?.found ?? "it does not answer",
    next: known?.next ?? "Check that the name server runs and that this computer reaches it, then run the same again.",
    // nsupdate repeats lines of its input in some errors, and the key is one of them.
    details: said
      .trim()
      .split("\n")
      .filter((line) => !/\bkey\b.*\s/i.test(line) || /TSIG|update failed/i.test(line))
      .slice(-6),
  });
}

/**
 * Changes records by dynamic update over TCP, all in one message: RFC 2136 section 3.7 has it done wholly or not at all.
 * @throws Failure `dns-refused`, `dns-zone`, `dns-unreachable`, `command-missing`
 */
export async function updateRecords(
  update: RecordUpdate,
  secret: string | undefined,
  signal?: AbortSignal,
): Promise<void> {
  let result;
  try {
    result = await run("nsupdate", ["-v", "-t", "10", "-u", "3"], { input: updateScript(update, secret), signal });
  } catch (error) {
    if (!(error instanceof Failure) || error.report.code !== "command-missing") throw error;
    throw new Failure(
      {
        code: "command-missing",
        attempted: `change ${update.type} ${update.name} in DNS`,
        subject: "nsupdate",
        found: "this computer does not have nsupdate, which changes DNS records",
        next: "Install it: apt-get install bind9-dnsutils.",
      },
      { cause: error },
    );
  }
  if (result.code !== 0) throw updateFailure(update, `${result.stderr}\n${result.stdout}`);
}
