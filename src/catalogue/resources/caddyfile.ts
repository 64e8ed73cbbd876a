import type { z } from "zod";
import { join, type Text } from "../../model/reference.ts";
import { dataRoot } from "./data-directory.ts";
import type { Route, Site, WebServerPolicy } from "./web-server.ts";

/** The folder with a file for each site. */
export const sites = "/etc/caddy/sites";
/** The host names that a system's web server answers, by its files. */
export function hostsServed(files: readonly string[]): readonly string[] {
  return files.flatMap((path) =>
    path.startsWith(`${sites}/`) && path.endsWith(".caddy") ? [path.slice(sites.length + 1, -".caddy".length)] : [],
  );
}

/** Where Caddy is told everything. */
export const caddyfile = "/etc/caddy/Caddyfile";
/** What vouches for the ACME server. */
export const directoryRoot = "/etc/caddy/acme-directory-root.pem";
/** What vouches for the certificates. */
export const issuerRoot = "/etc/caddy/acme-issuer-root.pem";
/** Where Caddy takes orders. */
export const socket = "/run/caddy/admin.sock";

/** The global options: Caddyfile, "Global options". */
export function globalOptions({ certificates }: WebServerPolicy): string {
  const lines = [`admin unix/${socket}`, `storage file_system ${dataRoot}/web-server`, "grace_period 10s"];
  if (certificates.from === "acme") {
    const { directory, email, renewalCheck } = certificates;
    if (renewalCheck !== 600) lines.push(`renew_interval ${String(renewalCheck)}s`);
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

/** A site whose routes lead to an application. */
export function siteBlock(name: Text, site: Site, policy: WebServerPolicy): Text {
  return block(name, siteLines(site, policy));
}

/** A domain whose well-known documents are those of a site with another host. */
export function identityBlock(name: Text, host: string, policy: WebServerPolicy): Text {
  return block(name, identityLines(host, policy));
}

function block(host: Text, lines: readonly string[]): Text {
  return join([host, ` {\n${indented(lines).join("\n")}\n}\n`]);
}
