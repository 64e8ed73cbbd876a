import { z } from "zod";
import type { Component } from "../../model/component.ts";
import { EmailAddress } from "../../model/domain.ts";
import { output, type Text } from "../../model/reference.ts";
import type { MachineHandle } from "../../model/resource.ts";
import { once, settled } from "../../model/settled.ts";
import { ownFile } from "../own-file.ts";
import { accountKey } from "./acme-account.ts";
import type { SystemInput } from "../../system/system.ts";
import {
  caddyfile,
  directoryRoot,
  globalOptions,
  identityBlock,
  issuerRoot,
  siteBlock,
  sites,
  socket,
} from "./caddyfile.ts";

import { dataRoot } from "./data-directory.ts";
import { sandbox } from "./sandbox.ts";
import { mergeParts } from "./merge-parts.ts";
import { recordAmong, siteRecords, SiteRecordsPolicy } from "./site-records.ts";
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
  renewalCheck: z
    .int()
    .min(1)
    .max(86_400)
    .default(600)
    .describe("Seconds between looks whether a certificate is due: when a third of its time is left"),
  challenge: z.enum(["http-01", "tls-alpn-01"]).optional().describe("The one challenge to use; both when not given"),
});

/** On what terms a hosting provider gives names on the web. */
export const WebServerPolicy = z.strictObject({
  certificates: z
    .discriminatedUnion("from", [
      z.strictObject({ from: z.literal("acme"), ...Acme.shape }),
      z.strictObject({ from: z.literal("machine") }),
    ])
    .prefault({ from: "acme" })
    .describe("`acme`, or `machine`: the machine signs them itself, for trials without a public name"),
  dns: SiteRecordsPolicy.optional().describe(
    "How DNS records are made; without it the hosting provider makes them by hand",
  ),
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

const accountScript = "/etc/caddy/account.sh";

/** The web server's own part, equal for every site of a machine. */
const server = once((policy: WebServerPolicy): SystemInput => {
  const { certificates } = policy;
  const acme = certificates.from === "acme" ? certificates : undefined;
  return settled<SystemInput>({
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
      ...(acme === undefined
        ? {}
        : { [accountScript]: { content: ownFile("scripts/caddy-account.sh", import.meta.url) } }),
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
            ...(acme === undefined
              ? {}
              : {
                  // Names the account: another directory or e-mail address restarts Caddy, which a reload would not do.
                  ExecStartPre: [
                    [
                      ...["/bin/sh", accountScript, caddyfile, sites, `${dataRoot}/web-server`, "/run/caddy"],
                      accountKey(acme),
                    ],
                  ],
                }),
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
            ...sandbox,
            ReadWritePaths: `${dataRoot}/web-server`,
          },
        },
        reloadOn: ["/etc/caddy"],
      },
    },
    ports: { "tcp/80": { owner: "caddy" }, "tcp/443": { owner: "caddy" } },
  });
});

/** What one site adds to a machine and to the deployment. */
export interface SiteParts {
  readonly system: SystemInput;
  readonly components: Readonly<Record<string, Component>>;
}

/**
 * Gives what a site needs: its part of the web server, its DNS records, and a check that it is served over HTTPS with a
 * certificate that is trusted. Caddy keeps certificates below {@link dataRoot}, so that none is asked for twice.
 * @param options.health what must be answered without an error, in how many seconds; without it any answer will do, over
 * HTTPS
 */
export function siteParts(
  site: Site,
  options: {
    readonly policy: WebServerPolicy;
    readonly machine: MachineHandle;
    readonly domain: string;
    readonly health: { readonly path: string; readonly seconds: number } | undefined;
  },
): SiteParts {
  const { policy, machine, domain } = options;
  const { host, identityDomain } = site;
  const hosts = identityDomain === undefined || identityDomain === host ? [host] : [host, identityDomain];
  const components = Object.assign(
    {},
    ...hosts.map((one) => siteRecords(one, machine, domain, policy.dns)),
  ) as SiteParts["components"];
  // The record comes first, since the ACME server looks for the machine under this name.
  const named = (one: string): Text => {
    const record = recordAmong(components, one);
    return record === undefined ? one : output(record, "name");
  };
  const blocks = hosts.map((one): SystemInput => ({
    files: {
      [`${sites}/${one}.caddy`]: {
        content: one === host ? siteBlock(named(one), site, policy) : identityBlock(named(one), host, policy),
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
        command: check(one, one === host ? options.health?.path : "/.well-known/webfinger"),
        deadline: options.health?.seconds ?? 75,
      },
    ]),
  );
  return { system: mergeParts(server(policy), ...blocks, { health }), components };
}
