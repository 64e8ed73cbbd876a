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

const isIPv4 = (value: Text): boolean => z.ipv4().safeParse(value).success;
const isIPv6 = (value: Text): boolean => z.ipv6().safeParse(value).success;

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
  const v6 = values.filter((value) => typeof value === "string" && isIPv6(value));
  const v4 = values.filter((value) => typeof value !== "string" || isIPv4(value));
  const named = values.filter((value) => typeof value === "string" && !isIPv4(value) && !isIPv6(value));
  return {
    ...(v4.length === 0 ? {} : { [recordPath(host)]: record("A", v4) }),
    ...(v6.length === 0
      ? {}
      : { [v4.length === 0 ? recordPath(host) : `${recordPath(host)}/aaaa`]: record("AAAA", v6) }),
    ...(named.length === 0 ? {} : { [recordPath(host)]: record("CNAME", named) }),
  };
}

/** The component that is the first of a name's records. */
export function recordPath(host: string): string {
  return `${dnsRecord.name}/${host}`;
}
