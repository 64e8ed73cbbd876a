import { z } from "zod";
import { defineComponentType } from "../../model/component.ts";
import { Domain } from "../../model/domain.ts";
import { PlainText, SecretText } from "../../model/reference.ts";

/** A name server that takes dynamic updates: RFC 2136. */
export const NameServer = z.strictObject({
  address: z
    .string()
    .regex(/^[A-Za-z0-9](?:[A-Za-z0-9.:-]*[A-Za-z0-9])?$/, "expected a host name or an IP address")
    .describe("Where the primary name server of the zone answers"),
  port: z.int().min(1).max(65_535).default(53).describe("Its port"),
  /** RFC 8945: a transaction signature; without it the server must trust the deployer's address. */
  key: z
    .strictObject({
      name: Domain.or(z.string().regex(/^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/)).describe(
        "Name of the key, as on the server",
      ),
      algorithm: z.enum(["hmac-sha256", "hmac-sha384", "hmac-sha512"]).default("hmac-sha256").describe("How it signs"),
      secret: SecretText.describe("The key in base64: providerSecret(…)"),
    })
    .optional()
    .describe("The TSIG key that signs updates"),
});

/** Owner names, wildcards and names with underscores included: RFC 2181 section 11. */
const RecordName = z
  .string()
  .max(253)
  .regex(
    /^(?:\*\.)?(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/,
    "expected a name",
  );

/** The records of one name and type in DNS. */
export const dnsRecord = defineComponentType({
  name: "dns-record",
  description: "The records of one name and type in a zone, by dynamic update",
  inputs: z.strictObject({
    server: NameServer,
    zone: Domain,
    name: RecordName,
    type: z.enum(["A", "AAAA", "CNAME", "TXT"]),
    /** Addresses, a name, or texts. */
    values: z.array(PlainText).min(1),
    /** Seconds. */
    ttl: z.int().min(1).max(604_800),
  }),
  outputs: z.strictObject({ name: z.string() }),
});

/** Inputs of {@link dnsRecord} with every reference to an output resolved. */
export type DnsRecordInputs = z.output<typeof dnsRecord.inputs>;
