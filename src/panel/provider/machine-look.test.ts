import assert from "node:assert/strict";
import { test } from "node:test";
import { machinesOf } from "./machine-look.ts";

const failure = { code: "unreachable", attempted: "read", found: "no route to host", next: "Look at it." };
const prior = { type: "machine", dependencies: [], status: "present" } as const;

void test("machines are told from other components, with what is known of each", () => {
  const looks = [
    { component: "dns-record/a", result: { exists: true, drift: [], health: [] } },
    {
      component: "machine/fine",
      result: {
        exists: true,
        drift: [],
        health: [{ name: "web", healthy: true, text: "" }],
        generation: 4,
        freeBytes: 5,
      },
    },
    { component: "machine/gone", result: { exists: false } },
    { component: "machine/off", failure },
    {
      component: "machine/sick",
      result: { exists: true, drift: [], health: [{ name: "web", healthy: false, text: "" }] },
    },
  ] as const;
  const found = machinesOf(looks as never, {
    "machine/fine": { ...prior, inputs: {}, outputs: { address: "192.0.2.1", generation: 4 } },
    "machine/off": { ...prior, inputs: { connection: { address: "192.0.2.2" } } },
    "machine/sick": {
      ...prior,
      inputs: { connection: { address: { $output: "local-machine/sick", path: "address" } } },
    },
  });
  const nothing = { address: null, generation: null, freeBytes: null };
  assert.deepEqual(found, [
    { name: "fine", address: "192.0.2.1", state: "healthy", generation: 4, freeBytes: 5 },
    { ...nothing, name: "gone", state: "missing" },
    { ...nothing, name: "off", address: "192.0.2.2", state: "unreachable" },
    { ...nothing, name: "sick", state: "unhealthy" },
  ]);
});
