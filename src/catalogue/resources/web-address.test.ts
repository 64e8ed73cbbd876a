import assert from "node:assert/strict";
import { test } from "node:test";
import type { z } from "zod";
import type { MachineHandle } from "../../model/resource.ts";
import type { System } from "../../system/system.ts";
import { contentOf, fulfilled, here, linesOf } from "../testing/fulfilled.ts";
import { hostsServed } from "./caddyfile.ts";
import { webAddress } from "./web-address.ts";

type Request = z.input<typeof webAddress.request>;
type Policy = z.input<typeof webAddress.policy>;

function serve(request: Partial<Request> = {}, policy: Policy = {}, machine: MachineHandle = here) {
  const whole = { host: "app.example.org", routes: [{ port: 3000 }], ...request };
  return fulfilled(webAddress, policy, [{ name: "web", request: whole, from: machine }], machine);
}

const site = (request?: Partial<Request>, policy?: Policy, host = "app.example.org"): string =>
  contentOf(serve(request, policy).system, `/etc/caddy/sites/${host}.caddy`);
const caddyfile = (policy: Policy): string => contentOf(serve({}, policy).system, "/etc/caddy/Caddyfile");

const sitesOf = (system: System): readonly string[] => hostsServed(Object.keys(system.files));

const pem = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";

/** What every route to this port has. */
const proxy = (port: number, timeout: number): readonly string[] => [
  `		reverse_proxy 127.0.0.1:${String(port)} {`,
  "			header_up -Proxy",
  "			header_up X-Real-IP {remote_host}",
  "			flush_interval -1",
  "			transport http {",
  `				read_timeout ${String(timeout)}s`,
  `				write_timeout ${String(timeout)}s`,
  "			}",
  "		}",
];

test("a name leads to an application: nothing is held back, which web sockets and streams need", () => {
  const { bindings, system } = serve();
  assert.deepEqual(bindings, [{ host: "app.example.org", url: "https://app.example.org" }]);
  assert.equal(
    contentOf(system, "/etc/caddy/sites/app.example.org.caddy"),
    [
      "app.example.org {",
      '	header Strict-Transport-Security "max-age=31536000"',
      "	header -Server",
      "	encode gzip zstd",
      "	handle {",
      ...proxy(3000, 600),
      "	}",
      "}",
      "",
    ].join("\n"),
  );
  assert.deepEqual(system.ports, { "tcp/443": { owner: "caddy" }, "tcp/80": { owner: "caddy" } });
});

test("paths of their own: another port, a prefix taken away, a limit, a time, headers", () => {
  const text = site({
    routes: [
      { paths: ["/api/v1/streaming", "/api/v1/streaming/*"], port: 4000, timeout: 3600 },
      {
        paths: ["/media/*"],
        port: 3902,
        stripPrefix: "/media",
        maxBody: 1_048_576,
        headers: { "X-B": "2", "Cache-Control": "max-age=60, public" },
      },
      { port: 3000 },
    ],
  });
  assert.equal(
    text.slice(text.indexOf("	@")),
    [
      "	@_api_v1_streaming_api_v1_streaming_ path /api/v1/streaming /api/v1/streaming/*",
      "	handle @_api_v1_streaming_api_v1_streaming_ {",
      ...proxy(4000, 3600),
      "	}",
      "	@_media_ path /media/*",
      "	handle @_media_ {",
      "		request_body {",
      "			max_size 1048576",
      "		}",
      "		uri strip_prefix /media",
      '		header Cache-Control "max-age=60, public"',
      '		header X-B "2"',
      ...proxy(3902, 600),
      "	}",
      "	handle {",
      ...proxy(3000, 600),
      "	}",
      "}",
      "",
    ].join("\n"),
  );
});

test("the bare domain answers for its accounts, and sends everybody else to where they live", () => {
  const { system } = serve({ identityDomain: "example.org" });
  assert.equal(
    contentOf(system, "/etc/caddy/sites/example.org.caddy"),
    [
      "example.org {",
      "	@identity path /.well-known/webfinger /.well-known/host-meta /.well-known/nodeinfo",
      "	header @identity Access-Control-Allow-Origin *",
      "	redir @identity https://app.example.org{uri} permanent",
      "	redir https://app.example.org{uri}",
      "}",
      "",
    ].join("\n"),
  );
  assert.deepEqual(Object.keys(system.health), ["https-app-example-org", "https-example-org"]);
  const same = serve({ identityDomain: "app.example.org" }).system;
  assert.deepEqual(sitesOf(same), ["app.example.org"]);
});

test("browsers insist on HTTPS as long as the policy says, or not at all", () => {
  assert.match(site({}, { hsts: 60 }), /^\theader Strict-Transport-Security "max-age=60"$/m);
  assert.doesNotMatch(site({}, { hsts: 0 }), /Strict-Transport-Security/);
});

test("certificates come from Let's Encrypt when nothing is said, and are kept beside all other data", () => {
  const { system } = serve();
  assert.equal(
    contentOf(system, "/etc/caddy/Caddyfile"),
    [
      "{",
      "	admin unix//run/caddy/admin.sock",
      "	storage file_system /srv/fediversity/web-server",
      "	grace_period 10s",
      "}",
      "",
      "import /etc/caddy/sites/*.caddy",
      "",
    ].join("\n"),
  );
  assert.deepEqual(system.directories, {
    "/srv/fediversity/web-server": {
      mode: "0700",
      owner: "caddy",
      group: "caddy",
      data: "TLS certificates and their keys",
    },
  });
});

test("an ACME server of one's own: directory, account, root and the one challenge", () => {
  const acme = {
    from: "acme",
    directory: "https://acme.example.net:14000/dir",
    email: "ops@example.net",
    directoryRoot: pem,
    issuerRoot: pem,
  } as const;
  assert.deepEqual(caddyfile({ certificates: acme }).split("\n").slice(3, 8), [
    "	grace_period 10s",
    "	email ops@example.net",
    "	acme_ca https://acme.example.net:14000/dir",
    "	acme_ca_root /etc/caddy/acme-directory-root.pem",
    "}",
  ]);
  const { system } = serve({}, { certificates: acme });
  assert.equal(contentOf(system, "/etc/caddy/acme-directory-root.pem"), pem);
  assert.doesNotMatch(site({}, { certificates: acme }), /tls/);
  assert.match(JSON.stringify(system.health), /"--cacert","\/etc\/caddy\/acme-issuer-root\.pem"/);

  const challenged = site({}, { certificates: { ...acme, challenge: "http-01" } });
  assert.deepEqual(challenged.split("\n").slice(1, 9), [
    "	tls {",
    "		issuer acme {",
    "			dir https://acme.example.net:14000/dir",
    "			email ops@example.net",
    "			trusted_roots /etc/caddy/acme-directory-root.pem",
    "			disable_tlsalpn_challenge",
    "		}",
    "	}",
  ]);
  const other = site(
    { identityDomain: "example.org" },
    { certificates: { from: "acme", challenge: "tls-alpn-01" } },
    "example.org",
  );
  assert.match(other, /disable_http_challenge/, "the bare domain has the same");
});

test("how often certificates are looked at, where they live short", () => {
  assert.match(caddyfile({ certificates: { from: "acme", renewalCheck: 5 } }), /^\trenew_interval 5s$/m);
  assert.doesNotMatch(caddyfile({ certificates: { from: "acme" } }), /renew_interval/);
});

test("for a trial the machine signs its certificates itself", () => {
  const policy = { certificates: { from: "machine" } } as const;
  assert.match(caddyfile(policy), /^\tlocal_certs\n\tskip_install_trust$/m);
  assert.match(JSON.stringify(serve({}, policy).system.health), /"--insecure"/);
});

test("what is served is asked for, with a certificate that is trusted", () => {
  const { health } = serve({ healthPath: "/health", identityDomain: "example.org" }).system;
  const curl = ["/usr/bin/curl", "--silent", "--show-error"];
  const output = ["--output", "/dev/null", "--max-time", "8", "--resolve"];
  const deadline = health["https-example-org"]?.deadline ?? 0;
  assert.ok(deadline >= 60, "a certificate takes its time");
  assert.deepEqual(health, {
    "https-app-example-org": {
      kind: "command",
      command: [...curl, "--fail", ...output, "app.example.org:443:127.0.0.1", "https://app.example.org/health"],
      deadline,
    },
    "https-example-org": {
      kind: "command",
      command: [...curl, "--fail", ...output, "example.org:443:127.0.0.1", "https://example.org/.well-known/webfinger"],
      deadline,
    },
  });
});

test("several names of one machine share its web server, which is reloaded and not restarted", () => {
  const { system } = fulfilled(webAddress, {}, [
    { name: "web", request: { host: "a.example.org", routes: [{ port: 1 }] } },
    { application: "b", name: "web", request: { host: "b.example.org", routes: [{ port: 2 }] } },
  ]);
  assert.deepEqual(sitesOf(system), ["a.example.org", "b.example.org"]);
  assert.deepEqual(system.units["caddy.service"]?.reloadOn, ["/etc/caddy"]);
  const lines = linesOf(system, "caddy.service").join("\n");
  assert.doesNotMatch(lines, /--environ\b/, "Debian's own prints every variable to the journal");
});

test("two applications cannot have one name", () => {
  const request = { host: "a.example.org", routes: [{ port: 1 }] };
  assert.throws(
    () =>
      fulfilled(webAddress, {}, [
        { name: "web", request },
        { application: "b", name: "web", request: { ...request, routes: [{ port: 2 }] } },
      ]),
    { code: "conflict", message: /a\.example\.org\.caddy/ },
  );
});

test("nothing that an author or a provider writes becomes another line of the Caddyfile", () => {
  const accepts = (route: object): boolean =>
    webAddress.request.safeParse({ host: "a.example.org", routes: [{ port: 1, ...route }] }).success;
  for (const path of ["api", "/a b", "/a\n", "/{env.HOME}", "/*/b", '/"']) assert.ok(!accepts({ paths: [path] }), path);
  for (const value of ['a"b', "a\nb", "{env.HOME}"]) assert.ok(!accepts({ headers: { "X-A": value } }), value);
  for (const name of ["X A", "X\n", ""]) assert.ok(!accepts({ headers: { [name]: "a" } }), name);
  assert.ok(!accepts({ stripPrefix: "/a b" }) && !accepts({ port: 0 }) && !accepts({ maxBody: 0 }));
  for (const host of ["a.example.org {", "A.example.org", "example", "*.example.org"]) {
    assert.ok(!webAddress.request.safeParse({ host, routes: [{ port: 1 }] }).success, host);
  }
  for (const directory of ["http://acme.example", "https://acme.example/a b", "https://acme.example/{a}", "acme"]) {
    assert.ok(!webAddress.policy.safeParse({ certificates: { from: "acme", directory } }).success, directory);
  }
});
