// What must not compile. The compiler reports every @ts-expect-error below which there is no error.
import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { type ApplicationContext, defineApplication } from "../model/application.ts";
import { text } from "../model/reference.ts";
import { defineResource } from "../system/resource.ts";
import { offer } from "./environments/offer.ts";

const shop = defineResource({
  name: "shop",
  description: "Sells things",
  request: z.strictObject({ size: z.int(), colour: z.enum(["red", "blue"]).default("red") }),
  policy: z.strictObject({ most: z.int() }),
  binding: z.strictObject({ host: z.string(), port: z.int() }),
  refuses: ({ most }, { size }) => (size > most ? "is exceeded" : undefined),
  apply: ({ policy, requests }) => ({ bindings: requests.map(() => ({ host: "h", port: policy.most })) }),
});

const options = z.object({ greeting: z.string().default("hi") });

test("what must not compile does not", () => {
  const never = (_context: ApplicationContext<z.output<typeof options>>): void => {
    const { request, secret, options: given } = _context;
    const bound = request(shop, "a", { size: 1 });
    assert.ok([text`${bound.host}:${bound.port} ${given.greeting}`, secret("key", { format: "hex", length: 32 })]);
    // @ts-expect-error a member is missing
    request(shop, "a", {});
    // @ts-expect-error a member has another type
    request(shop, "a", { size: "1" });
    // @ts-expect-error a member is none of the values
    request(shop, "a", { size: 1, colour: "green" });
    // @ts-expect-error there is no such member
    request(shop, "a", { size: 1, weight: 2 });
    // @ts-expect-error nothing of this name is bound
    assert.ok(bound.hots);
    // @ts-expect-error a whole binding is no text
    assert.ok(text`${bound}`);
    // @ts-expect-error there is no such option
    assert.ok(given.greetings);
    // @ts-expect-error there is no such format
    secret("key", { format: "words", length: 32 });
    // @ts-expect-error an operator's secret is declared by nobody
    secret("key", { origin: "given" });
  };
  assert.ok(never);
  // @ts-expect-error a policy has other members
  assert.throws(() => offer(shop, { least: 1 }));
  assert.deepEqual(offer(shop, { most: 1 }).policy, { most: 1 });
  defineApplication({
    name: "a",
    description: "A",
    options,
    // @ts-expect-error there is no such kind of check
    health: () => ({ up: { kind: "ping" } }),
    implementation: () => undefined,
  });
  defineResource({
    ...shop,
    // @ts-expect-error a binding lacks a member
    apply: () => ({ bindings: [{ host: "h" }] }),
  });
});
