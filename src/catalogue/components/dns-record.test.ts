import assert from "node:assert/strict";
import { test } from "node:test";
import { output, secret } from "../../model/reference.ts";
import { dnsRecord } from "./dns-record.ts";

const record = {
  server: { address: "198.51.100.53" },
  zone: "example.org",
  name: "social.example.org",
  type: "A",
  values: ["203.0.113.7"],
  ttl: 300,
};

const accepts = (more: object): boolean => dnsRecord.inputs.safeParse({ ...record, ...more }).success;

test("port and algorithm have the usual values; addresses may be known later, the key is a secret", () => {
  const key = { name: "deployer", secret: secret("provider/dns-key") };
  const inputs = dnsRecord.inputs.parse({
    ...record,
    server: { ...record.server, key },
    values: [output("local-machine/a", "address")],
  });
  assert.deepEqual(inputs.server, { ...record.server, port: 53, key: { ...key, algorithm: "hmac-sha256" } });
});

test("names are those of owners in DNS: wildcards and underscores, and no other line", () => {
  for (const name of ["example.org", "*.example.org", "_acme-challenge.example.org"])
    assert.ok(accepts({ name }), name);
  for (const name of [
    "org",
    "a.*.example.org",
    "a b.example.org",
    "a.example.org\nsend",
    "-a.example.org",
    "A.example.org",
    "",
  ]) {
    assert.ok(!accepts({ name }), name);
  }
  assert.ok(!accepts({ values: [] }) && !accepts({ type: "MX" }) && !accepts({ ttl: 0 }));
});

test("a value that everybody can ask for holds no secret", () => {
  assert.ok(!accepts({ values: [secret("a/key")] }));
});

test("a server and its key are plain words", () => {
  for (const address of ["ns.example.org", "2001:db8::53"]) assert.ok(accepts({ server: { address } }), address);
  for (const address of ["a b", "a\nserver b", ""]) assert.ok(!accepts({ server: { address } }), address);
  for (const name of ["a b", "a\nsend", ""]) {
    assert.ok(!accepts({ server: { ...record.server, key: { name, secret: "c2VjcmV0" } } }), name);
  }
});
