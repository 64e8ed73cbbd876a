import { isIPv4, isIPv6 } from "node:net";
import { z } from "zod";
import type { Component } from "../../model/component.ts";
import { Domain, EmailAddress } from "../../model/domain.ts";
import type { JsonObject } from "../../model/json.ts";
import { join, output, type Text } from "../../model/reference.ts";
import type { MachineHandle } from "../../model/resource.ts";
import type { SystemInput } from "../../system/system.ts";
import { dnsRecord, NameServer } from "../components/dns-record.ts";
import { dataRoot } from "./data-directory.ts";
import { mergeParts } from "./merge-parts.ts";
import { Certificates } from "./trust-store.ts";

/** Where certificates come from: RFC 8555. */
const Acme = z.strictObject({
  directory: z
    .url({ protocol: /^https$/ })
    .max(300)
    .regex(/^[!-z|~]+$/, "expected a URL without braces and white space")
    .optional()
    .describe("The ACME server's directory; Let's Encrypt when not given"),
  email: EmailAddress.optional().describe("Whom the ACME server may write to about the account"),
  directoryRoot: Certificates.optional().describe(
    "What vouches for the ACME server itself, where Debian does not trust it",
  ),
  issuerRoot: Certificates.optional().describe(
    "What vouches for the certificates that it issues, where Debian does not",
  ),
  challenge: z.enum(["http-01", "tls-alpn-01"]).optional().describe("The one challenge to use; both when not given"),
});

/** On what terms a hosting provider gives names on the web. */
export const WebServerPolicy = z.strictObject({
  certificates: z
    .discriminatedUnion("from", [
      z.strictObject({ from: z.literal("acme"), ...Acme.shape }),
      z.strictObject({ from: z.literal("machine") }),
    ])
    .default({ from: "acme" })
    .describe("`acme`, or `machine`: the machine signs them itself, for trials without a public name"),
  dns: z
    .strictObject({
      server: NameServer.describe("The primary name server, which takes dynamic updates"),
      zone: Domain.optional().describe("The zone; the configuration's domain when not given"),
      ttl: z.int().min(30).max(604_800).default(300).describe("Seconds that others may remember a record"),
      addresses: z
        .record(z.string(), z.array(z.ipv4().or(z.ipv6())).min(1))
        .default({})
        .describe("Public addresses by machine, where they are not those that the deployer connects to"),
    })
    .optional()
    .describe("How DNS records are made; without it the hosting provider makes them by hand"),
  hsts: z
    .int()
    .min(0)
    .max(63_072_000)
    .default(31_536_000)
    .describe("Seconds for which browsers insist on HTTPS (RFC 6797); 0 switches it off"),
});
export type WebServerPolicy = z.output<typeof WebServerPolicy>;

/** A path matcher of Caddy: begins with a slash, may end in `*`. */
const PathMatcher = z.string().regex(/^\/[A-Za-z0-9._~/-]*\*?$/, "expected a path such as /api/*");

/** One part of a site. */
export const Route = z.strictObject({
  paths: z.array(PathMatcher).default([]).describe("Which paths; all the others when empty"),
  port: z.int().min(1).max(65_535).describe("Where the application listens on the same machine"),
  stripPrefix: z
    .string()
    .regex(/^\/[A-Za-z0-9._~/-]*[A-Za-z0-9]$/)
    .optional()
    .describe("The beginning of the path that the application does not get to see"),
  maxBody: z.int().min(1).optional().describe("Bytes of a request's body at most; unlimited when not given"),
  timeout: z.int().min(1).max(86_400).default(600).describe("Seconds that the application may take"),
  headers: z
    .record(z.string().regex(/^[A-Za-z0-9-]+$/), z.string().regex(/^[ !#-z|~]+$/))
    .default({})
    .describe("Headers to set in answers"),
});

/** One name on the web. */
export interface Site {
  readonly host: string;
  readonly routes: readonly z.output<typeof Route>[];
  /** The bare domain whose well-known documents this site answers. */
  readonly identityDomain?: string | undefined;
}

const sites = "/etc/caddy/sites";
const caddyfile = "/etc/caddy/Caddyfile";
const directoryRoot = "/etc/caddy/acme-directory-root.pem";
const issuerRoot = "/etc/caddy/acme-issuer-root.pem";
const socket = "/run/caddy/admin.sock";

function globalOptions({ certificates }: WebServerPolicy): string {
  const lines = [`admin unix/${socket}`, `storage file_system ${dataRoot}/web-server`, "grace_period 10s"];
  if (certificates.from === "acme") {
    const { directory, email } = certificates;
    if (email !== undefined) lines.push(`email ${email}`);
    if (directory !== undefined) lines.push(`acme_ca ${directory}`);
    if (certificates.directoryRoot !== undefined) lines.push(`acme_ca_root ${directoryRoot}`);
  } else {
    lines.push("local_certs", "skip_install_trust");
  }
  return `{\n${lines.map((line) => `\t${line}\n`).join("")}}\n\nimport ${sites}/*.caddy\n`;
}

function tls({ certificates }: WebServerPolicy): readonly string[] {
  if (certificates.from !== "acme" || certificates.challenge === undefined) return [];
  const off = certificates.challenge === "http-01" ? "disable_tlsalpn_challenge" : "disable_http_challenge";
  // An explicit issuer takes nothing over from the global options: Caddyfile directive `tls`.
  const { directory, email } = certificates;
  return [
    "tls {",
    "\tissuer acme {",
    ...(directory === undefined ? [] : [`\t\tdir ${directory}`]),
    ...(email === undefined ? [] : [`\t\temail ${email}`]),
    ...(certificates.directoryRoot === undefined ? [] : [`\t\ttrusted_roots ${directoryRoot}`]),
    `\t\t${off}`,
    "\t}",
    "}",
  ];
}

function route({ port, stripPrefix, maxBody, timeout, headers }: z.output<typeof Route>): readonly string[] {
  const set = Object.entries(headers).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return [
    ...(maxBody === undefined ? [] : ["request_body {", `\tmax_size ${String(maxBody)}`, "}"]),
    ...(stripPrefix === undefined ? [] : [`uri strip_prefix ${stripPrefix}`]),
    ...set.map(([name, value]) => `header ${name} "${value}"`),
    `reverse_proxy 127.0.0.1:${String(port)} {`,
    // httpoxy.org: a client's Proxy header must not become an environment variable.
    "\theader_up -Proxy",
    "\theader_up X-Real-IP {remote_host}",
    "\tflush_interval -1",
    "\ttransport http {",
    `\t\tread_timeout ${String(timeout)}s`,
    `\t\twrite_timeout ${String(timeout)}s`,
    "\t}",
    "}",
  ];
}

function indented(lines: readonly string[]): readonly string[] {
  return lines.map((line) => `\t${line}`);
}

function siteLines({ routes }: Site, policy: WebServerPolicy): readonly string[] {
  // Caddy sorts `handle` blocks by their matchers: the longest path first.
  const blocks = routes.flatMap((one) => {
    const matcher = one.paths.length === 0 ? "" : ` @${names(one.paths)}`;
    return [
      ...(one.paths.length === 0 ? [] : [`@${names(one.paths)} path ${one.paths.join(" ")}`]),
      `handle${matcher} {`,
      ...indented(route(one)),
      "}",
    ];
  });
  return [
    ...tls(policy),
    ...(policy.hsts === 0 ? [] : [`header Strict-Transport-Security "max-age=${String(policy.hsts)}"`]),
    "header -Server",
    "encode gzip zstd",
    ...blocks,
  ];
}

/** Names a matcher after its paths. */
function names(paths: readonly string[]): string {
  return paths.join("-").replaceAll(/[^A-Za-z0-9]+/g, "_");
}

/** Documents that belong to a domain as a whole: RFC 7033, RFC 6415, NodeInfo 2.1. */
const wellKnown = ["/.well-known/webfinger", "/.well-known/host-meta", "/.well-known/nodeinfo"];

function identityLines(host: string, policy: WebServerPolicy): readonly string[] {
  return [
    ...tls(policy),
    `@identity path ${wellKnown.join(" ")}`,
    "header @identity Access-Control-Allow-Origin *",
    `redir @identity https://${host}{uri} permanent`,
    `redir https://${host}{uri}`,
  ];
}

function block(host: Text, lines: readonly string[]): Text {
  return join([host, ` {\n${indented(lines).join("\n")}\n}\n`]);
}

function recordsFor(
  host: string,
  machine: MachineHandle,
  domain: string,
  { dns }: WebServerPolicy,
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

function recordPath(host: string): string {
  return `${dnsRecord.name}/${host}`;
}

/** The web server's own part, equal for every site of a machine. */
function server(policy: WebServerPolicy): SystemInput {
  const { certificates } = policy;
  const acme = certificates.from === "acme" ? certificates : undefined;
  return {
    packages: ["caddy", "curl"],
    directories: {
      [`${dataRoot}/web-server`]: {
        mode: "0700",
        owner: "caddy",
        group: "caddy",
        data: "TLS certificates and their keys",
      },
    },
    files: {
      [caddyfile]: { content: globalOptions(policy) },
      ...(acme?.directoryRoot === undefined ? {} : { [directoryRoot]: { content: acme.directoryRoot } }),
      ...(acme?.issuerRoot === undefined ? {} : { [issuerRoot]: { content: acme.issuerRoot } }),
    },
    units: {
      "caddy.service": {
        sections: {
          Unit: {
            Description: "Web server for every public name of this machine",
            Documentation: "man:caddy(8)",
            After: ["network-online.target"],
            Wants: ["network-online.target"],
          },
          Service: {
            Type: "notify",
            User: "caddy",
            Group: "caddy",
            // Not as Debian's unit, whose --environ prints all variables to the journal.
            ExecStart: ["/usr/bin/caddy", "run", "--config", caddyfile],
            ExecReload: ["/usr/bin/caddy", "reload", "--config", caddyfile, "--address", `unix/${socket}`, "--force"],
            RuntimeDirectory: "caddy",
            // Caddy writes the configuration in force down for itself: XDG Base Directory Specification.
            Environment: { XDG_CONFIG_HOME: "/run/caddy" },
            Restart: "always",
            RestartSec: 2,
            TimeoutStopSec: 15,
            LimitNOFILE: 1_048_576,
            AmbientCapabilities: "CAP_NET_BIND_SERVICE",
            CapabilityBoundingSet: "CAP_NET_BIND_SERVICE",
            NoNewPrivileges: true,
            PrivateTmp: true,
            PrivateDevices: true,
            ProtectHome: true,
            ProtectSystem: "strict",
            ProtectKernelTunables: true,
            ProtectControlGroups: true,
            RestrictSUIDSGID: true,
            ReadWritePaths: `${dataRoot}/web-server`,
          },
        },
        reloadOn: ["/etc/caddy"],
      },
    },
    ports: { "tcp/80": { owner: "caddy" }, "tcp/443": { owner: "caddy" } },
  };
}

/** What one site adds to a machine and to the deployment. */
export interface SiteParts {
  readonly system: SystemInput;
  readonly components: Readonly<Record<string, Component>>;
}

/**
 * Gives what a site needs: its part of the web server, its DNS records, and a check that it is served over HTTPS with a
 * certificate that is trusted. Caddy keeps certificates below {@link dataRoot}, so that none is asked for twice.
 * @param healthPath what must be answered without an error; without it any answer will do, over HTTPS
 */
export function siteParts(
  site: Site,
  options: {
    readonly policy: WebServerPolicy;
    readonly machine: MachineHandle;
    readonly domain: string;
    readonly healthPath: string | undefined;
  },
): SiteParts {
  const { policy, machine, domain, healthPath } = options;
  const { host, identityDomain } = site;
  const hosts = identityDomain === undefined || identityDomain === host ? [host] : [host, identityDomain];
  const components = Object.assign(
    {},
    ...hosts.map((one) => recordsFor(one, machine, domain, policy)),
  ) as SiteParts["components"];
  // The record comes first, since the ACME server looks for the machine under this name.
  const named = (one: string): Text =>
    Object.hasOwn(components, recordPath(one)) ? output(recordPath(one), "name") : one;
  const blocks = hosts.map((one): SystemInput => ({
    files: {
      [`${sites}/${one}.caddy`]: {
        content: block(named(one), one === host ? siteLines(site, policy) : identityLines(host, policy)),
      },
    },
  }));
  const { certificates } = policy;
  const roots = certificates.from === "acme" && certificates.issuerRoot !== undefined ? ["--cacert", issuerRoot] : [];
  const trust = certificates.from === "machine" ? ["--insecure"] : roots;
  const check = (one: string, path: string | undefined): string[] => [
    ...[
      "/usr/bin/curl",
      "--silent",
      "--show-error",
      ...(path === undefined ? [] : ["--fail"]),
      "--output",
      "/dev/null",
      "--max-time",
      "8",
    ],
    ...["--resolve", `${one}:443:127.0.0.1`, ...trust, `https://${one}${path ?? "/"}`],
  ];
  const health = Object.fromEntries(
    hosts.map((one) => [
      `https-${one.replaceAll(".", "-")}`,
      {
        kind: "command" as const,
        command: check(one, one === host ? healthPath : "/.well-known/webfinger"),
        deadline: 120,
      },
    ]),
  );
  return { system: mergeParts(server(policy), ...blocks, { health }), components };
}
