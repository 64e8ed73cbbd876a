import { z } from "zod";
import type { Component } from "../../model/component.ts";
import { Domain } from "../../model/domain.ts";
import type { JsonObject } from "../../model/json.ts";
import type { Text } from "../../model/reference.ts";
import type { MachineHandle } from "../../model/resource.ts";
import { dnsRecord, NameServer } from "../components/dns-record.ts";

/** How a hosting provider's DNS records are made. */
export const SiteRecordsPolicy = z.strictObject({
  server: NameServer.describe("The primary name server, which takes dynamic updates"),
  zone: Domain.optional().describe("The zone; the configuration's domain when not given"),
  ttl: z.int().min(30).max(604_800).default(300).describe("Seconds that others may remember a record"),
  addresses: z
    .record(z.string(), z.array(z.ipv4().or(z.ipv6())).min(1))
    .default({})
    .describe("Public addresses by machine, where they are not those that the deployer connects to"),
});

const IPv4 = z.ipv4();
const IPv6 = z.ipv6();

/** What is known only later is an address of IPv4, as machine sources give them. */
function typeOf(value: Text): "A" | "AAAA" | "CNAME" {
  if (typeof value !== "string" || IPv4.safeParse(value).success) return "A";
  return IPv6.safeParse(value).success ? "AAAA" : "CNAME";
}

/** Gives the records that lead a name to a machine: A and AAAA for addresses, CNAME for a host name. */
export function siteRecords(
  host: string,
  machine: MachineHandle,
  domain: string,
  dns: z.output<typeof SiteRecordsPolicy> | undefined,
): Readonly<Record<string, Component>> {
  if (dns === undefined) return {};
  const given = dns.addresses[machine.name];
  const values: readonly Text[] = given ?? [machine.address];
  const zone = dns.zone ?? domain;
  const record = (type: string, of: readonly Text[]): Component => ({
    type: dnsRecord.name,
    inputs: { server: dns.server, zone, name: host, type, values: of, ttl: dns.ttl } as unknown as JsonObject,
  });
  const types = values.map(typeOf);
  const v4 = values.filter((_value, index) => types[index] === "A");
  const v6 = values.filter((_value, index) => types[index] === "AAAA");
  const named = values.filter((_value, index) => types[index] === "CNAME");
  return {
    ...(v4.length === 0 ? {} : { [recordPath(host)]: record("A", v4) }),
    // A path of its own also where it is the only one: an address that comes or goes changes no other record.
    ...(v6.length === 0 ? {} : { [`${recordPath(host)}/aaaa`]: record("AAAA", v6) }),
    ...(named.length === 0 ? {} : { [recordPath(host)]: record("CNAME", named) }),
  };
}

function recordPath(host: string): string {
  return `${dnsRecord.name}/${host}`;
}

/** The component that is the first of a name's records, where these have one. */
export function recordAmong(components: Readonly<Record<string, Component>>, host: string): string | undefined {
  return [recordPath(host), `${recordPath(host)}/aaaa`].find((path) => Object.hasOwn(components, path));
}
