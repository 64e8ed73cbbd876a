import assert from "node:assert/strict";
import { test } from "node:test";
import { mail } from "../resources/mail.ts";
import { defineEnvironment, providerSecret } from "./define-environment.ts";
import { hosts } from "./hosts.ts";
import { offer } from "./offer.ts";
import { oneMachine } from "./placement.ts";
import { readablePolicy } from "./terms.ts";

test("an environment says what it is made of, secrets by name only", () => {
  const { terms } = defineEnvironment({
    name: "cellar",
    offers: { relay: offer(mail, { host: "mail.example.net", password: providerSecret("relay") }) },
    placement: oneMachine,
    machines: hosts(["192.0.2.1"]),
    secrets: { relay: { file: "/etc/relay-password" } },
  });
  assert.deepEqual(terms, {
    placement: "oneMachine",
    machines: "hosts",
    offers: [
      {
        name: "relay",
        resource: "mail",
        description: mail.description,
        policy: { host: "mail.example.net", port: 587, security: "starttls", password: "‹secret provider/relay›" },
      },
    ],
    secrets: ["relay"],
  });
});

test("a secret that was written into a policy is hidden, also within text", () => {
  const policy = { password: "hunter2", nested: [{ accessKeyId: "AKIA", secretAccessKey: "zzz" }], port: 25 };
  assert.deepEqual(readablePolicy(policy), {
    password: "‹hidden›",
    nested: [{ accessKeyId: "‹hidden›", secretAccessKey: "‹hidden›" }],
    port: 25,
  });
  const text = { $text: ["prefix-hunter2", { $secret: "provider/dns" }] };
  assert.deepEqual(readablePolicy({ password: text }), { password: '…"‹secret provider/dns›"' });
});

test("a placement of the hosting provider's own has no name", () => {
  const { terms } = defineEnvironment({
    name: "own",
    offers: {},
    placement: () => "a",
    machines: hosts(["192.0.2.1"]),
  });
  assert.equal(terms?.placement, "");
});
