import assert from "node:assert/strict";
import { test } from "node:test";
import type { z } from "zod";
import { secret, text } from "../../model/reference.ts";
import { fulfilled } from "../testing/fulfilled.ts";
import { mail } from "./mail.ts";

function bound(policy: z.input<typeof mail.policy>, request: object = {}) {
  return fulfilled(mail, policy, [{ name: "mail", request }]).bindings[0];
}

test("a relay with a login: every application finds what it calls encryption", () => {
  const password = secret("provider/mail");
  const relay = { host: "relay.example.net", user: "example", password };
  assert.deepEqual(bound(relay, { from: "social" }), {
    host: "relay.example.net",
    port: 587,
    user: "example",
    password: text`${password}`,
    tls: "false",
    starttls: "always",
    plain: "false",
    opportunistic: "true",
    encryption: "tls",
    authentication: "plain",
    from: "social@example.org",
  });
  const { tls, starttls, plain, encryption } = bound({ ...relay, security: "tls", port: 465 }) ?? {};
  assert.deepEqual(
    { tls, starttls, plain, encryption },
    { tls: "true", starttls: "never", plain: "false", encryption: "tls" },
  );
});

test("a relay in a network of one's own needs neither", () => {
  assert.deepEqual(bound({ host: "192.0.2.25", port: 25, security: "none" }), {
    host: "192.0.2.25",
    port: 25,
    user: "",
    password: "",
    tls: "false",
    starttls: "never",
    plain: "true",
    opportunistic: "false",
    encryption: "null",
    authentication: "none",
    from: "notifications@example.org",
  });
});

test("where the relay takes one sender only, that is everybody's; and nothing comes onto a machine", () => {
  const { bindings, system } = fulfilled(mail, { host: "relay.example.net", from: "robot@example.net" }, [
    { name: "mail", request: {} },
    { application: "b", name: "mail", request: { from: "b" } },
  ]);
  assert.deepEqual(
    bindings.map(({ from }) => from),
    ["robot@example.net", "robot@example.net"],
  );
  assert.deepEqual([system.files, system.units, system.packages], [{}, {}, []]);
});

test("what could become a header or another recipient is refused", () => {
  for (const from of ["a b", "a@b", "a\nBcc: x", "", ".a", "A"])
    assert.ok(!mail.request.safeParse({ from }).success, from);
  for (const user of ["a b", "a\n", ""]) assert.ok(!mail.policy.safeParse({ host: "a.example", user }).success, user);
});
