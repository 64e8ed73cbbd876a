import assert from "node:assert/strict";
import { test } from "node:test";
import { checkDelegation, leadsElsewhere } from "./delegation.ts";

const provider = { nameServers: ["ns1.provider.example", "ns2.provider.example"], freeDomains: ["fedi.example"] };
const answers =
  (...names: readonly string[]) =>
  () =>
    Promise.resolve(names);
const refuses = (code: string) => () => Promise.reject(Object.assign(new Error(code), { code }));

void test("a domain is well delegated when one of the hosting provider's name servers answers for it", async () => {
  for (const name of ["ns1.provider.example", "NS2.Provider.Example", "ns1.provider.example."])
    assert.deepEqual(await checkDelegation("own.example", provider, answers("other.example", name)), { kind: "good" });
});

void test("other name servers are named, none are missing", async () => {
  const wrong = await checkDelegation(
    "own.example",
    provider,
    answers("b.example.", "A.example", "ns1.provider.example.evil"),
  );
  assert.deepEqual(wrong, { kind: "wrong", found: "a.example, b.example, ns1.provider.example.evil" });
  assert.deepEqual(await checkDelegation("own.example", provider, answers()), { kind: "missing" });
  for (const code of ["ENOTFOUND", "ENODATA"])
    assert.deepEqual(await checkDelegation("own.example", provider, refuses(code)), { kind: "missing" });
});

void test("a resolver that does not answer is no fault of the domain", async () => {
  for (const code of ["ETIMEOUT", "ESERVFAIL", "ECONNREFUSED"])
    assert.deepEqual(await checkDelegation("own.example", provider, refuses(code)), {
      kind: "unreachable",
      found: code,
    });
});

void test("nobody is asked about the hosting provider's own domains, or without name servers", async () => {
  assert.deepEqual(await checkDelegation("ada.fedi.example", provider, assert.fail), { kind: "unneeded" });
  const without = { ...provider, nameServers: [] };
  assert.deepEqual(await checkDelegation("own.example", without, assert.fail), { kind: "unchecked" });
  for (const domain of ["fedi.example", "notfedi.example"])
    assert.deepEqual(await checkDelegation(domain, provider, answers("x.example")), {
      kind: "wrong",
      found: "x.example",
    });
});

void test("what leads elsewhere is known to, and what is not known stops nobody", () => {
  const found = "ns.other.example";
  assert.equal(leadsElsewhere({ kind: "wrong", found }), true);
  assert.equal(leadsElsewhere({ kind: "missing" }), true);
  for (const kind of ["good", "unneeded", "unchecked"] as const) assert.equal(leadsElsewhere({ kind }), false, kind);
  assert.equal(leadsElsewhere({ kind: "unreachable", found: "ETIMEOUT" }), false);
});
