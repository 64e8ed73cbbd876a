import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { defineComponentType } from "../model/component.ts";
import { Failure } from "../model/failure.ts";
import { PlainText, SecretText } from "../model/reference.ts";
import { checkOutputs, resolveInputs } from "./resolve.ts";
import { failure } from "./testing/temporary-folder.ts";

const type = defineComponentType({
  name: "service",
  description: "A service",
  inputs: z.object({ address: PlainText, password: SecretText.optional(), port: z.int().default(80) }),
  outputs: z.object({ url: z.string() }),
});

function resolve(inputs: Parameters<typeof resolveInputs>[0]["inputs"]): ReturnType<typeof resolveInputs> {
  const outputsOf = (path: string): { host: string } | undefined => (path === "machine/a" ? { host: "h" } : undefined);
  return resolveInputs({ component: "service/a", type, inputs, outputsOf });
}

test("outputs take the place of references, secrets stay, defaults are filled in", () => {
  const host = { $output: "machine/a", path: "host" };
  assert.deepEqual(resolve({ address: { $text: ["http://", host, "/"] }, password: { $secret: "p" } }), {
    address: "http://h/",
    password: { $secret: "p" },
    port: 80,
  });
  assert.deepEqual(resolve({ address: "x", password: { $text: [host, ":", { $secret: "p" }] } })["password"], {
    $text: ["h:", { $secret: "p" }],
  });
});

test("a missing output names who gives it and who wants it", () => {
  const inputs = { address: { $output: "machine/a", path: "port" } };
  assert.throws(() => resolve(inputs), failure("output-missing", /machine\/a has no output port/));
});

test("inputs and outputs that the type does not allow are refused with their places", () => {
  assert.throws(
    () => resolve({ address: { $secret: "p" }, port: "x" }),
    (error) => {
      assert.ok(error instanceof Failure && error.code === "inputs-invalid");
      assert.equal(error.report.subject, "service/a");
      assert.match(error.report.details?.join("\n") ?? "", /^address: .*secret.*\nport: /s);
      return true;
    },
  );
  assert.deepEqual(checkOutputs("service/a", type, { url: "u" }), { url: "u" });
  assert.throws(() => checkOutputs("service/a", type, { url: 3 }), failure("outputs-invalid"));
});
