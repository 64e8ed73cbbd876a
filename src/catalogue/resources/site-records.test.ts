import assert from "node:assert/strict";
import { test } from "node:test";
import type { z } from "zod";
import { output, secret } from "../../model/reference.ts";
import type { MachineHandle } from "../../model/resource.ts";
import { contentOf, fulfilled, here } from "../testing/fulfilled.ts";
import { webAddress } from "./web-address.ts";

type Request = z.input<typeof webAddress.request>;
type Policy = z.input<typeof webAddress.policy>;

function serve(request: Partial<Request> = {}, policy: Policy = {}, machine: MachineHandle = here) {
  const whole = { host: "app.example.org", routes: [{ port: 3000 }], ...request };
  return fulfilled(webAddress, policy, [{ name: "web", request: whole, from: machine }], machine);
}

test("without a name server records are made by hand; the site has its name as it is", () => {
  assert.deepEqual(serve().components, {});
});

const server = { address: "198.51.100.53" };
const asked = { address: "198.51.100.53", port: 53 };

test("a record for each name, made before the certificate is asked for", () => {
  const key = { name: "deployer", algorithm: "hmac-sha512", secret: secret("provider/dns") } as const;
  const policy = { dns: { server: { ...server, port: 5353, key }, ttl: 60 } };
  const { components, system } = serve({ identityDomain: "example.org" }, policy);
  const record = {
    server: { ...server, port: 5353, key },
    zone: "example.org",
    type: "A",
    values: ["203.0.113.7"],
    ttl: 60,
  };
  assert.deepEqual(components, {
    "dns-record/app.example.org": { type: "dns-record", inputs: { ...record, name: "app.example.org" } },
    "dns-record/example.org": { type: "dns-record", inputs: { ...record, name: "example.org" } },
  });
  assert.match(
    contentOf(system, "/etc/caddy/sites/app.example.org.caddy"),
    /^\{dns-record\/app\.example\.org name\} \{/,
  );
  assert.match(contentOf(system, "/etc/caddy/sites/example.org.caddy"), /^\{dns-record\/example\.org name\} \{/);
});

test("the record fits the address: IPv4, IPv6, both, a host name, one that is known later", () => {
  const later = output("local-machine/here", "address");
  const cases: readonly (readonly [MachineHandle["address"], readonly string[] | undefined, object])[] = [
    ["203.0.113.7", undefined, { "": ["A", ["203.0.113.7"]] }],
    ["2001:db8::7", undefined, { "/aaaa": ["AAAA", ["2001:db8::7"]] }],
    ["box.example.net", undefined, { "": ["CNAME", ["box.example.net"]] }],
    [later, undefined, { "": ["A", [later]] }],
    ["10.0.0.7", ["203.0.113.7", "2001:db8::7"], { "": ["A", ["203.0.113.7"]], "/aaaa": ["AAAA", ["2001:db8::7"]] }],
    ["10.0.0.7", ["2001:db8::7"], { "/aaaa": ["AAAA", ["2001:db8::7"]] }],
  ];
  for (const [address, given, expected] of cases) {
    const addresses = given === undefined ? {} : { here: [...given] };
    const { components, system } = serve(
      {},
      { dns: { server, zone: "example.net", addresses } },
      { name: "here", address },
    );
    assert.deepEqual(
      components,
      Object.fromEntries(
        Object.entries(expected as Record<string, [string, string[]]>).map(([suffix, [type, values]]) => [
          `dns-record/app.example.org${suffix}`,
          {
            type: "dns-record",
            inputs: { server: asked, zone: "example.net", name: "app.example.org", type, values, ttl: 300 },
          },
        ]),
      ),
    );
    const [first = ""] = Object.keys(components);
    assert.ok(contentOf(system, "/etc/caddy/sites/app.example.org.caddy").startsWith(`{${first} name} {`));
  }
});
