import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../../src/model/json.ts";
import { proxmoxVmProvider } from "../../../src/providers/proxmox-vm/provider.ts";
import { contextsFor, inputsFor, Memories, startDouble } from "./testing.ts";

const count = 24;

test("24 machines are made side by side, on different nodes, under numbers of their own; to compare them takes one list", async (context) => {
  const gibibyte = 1024 ** 3;
  const double = await startDouble(context, { storages: { tank: { shared: true, total: 900 * gibibyte, used: 0 } } });
  const { cluster } = double;
  const provider = proxmoxVmProvider({ reach: () => Promise.resolve(true) });
  const machines = Array.from({ length: count }, (_, at) => ({
    inputs: inputsFor(double, { name: `machine-${String(at)}`, apart: "all" }),
    state: new Memories(),
  }));
  await Promise.all(
    machines.map(async ({ inputs, state }, at) => {
      const wanted = { ...contextsFor(inputs, state).wanted(), component: `proxmox-vm/machine-${String(at)}` };
      const { outputs, memory } = await provider.reconcile(wanted);
      state.prior = { inputs: inputs as unknown as JsonObject, status: "present", outputs, memory };
    }),
  );
  context.diagnostic(`${String(count)} new machines: ${String(cluster.calls.length)} calls`);
  const made = [...cluster.vms.values()].filter(({ config }) => config["template"] !== "1");
  assert.deepEqual([made.length, new Set(made.map(({ config }) => config["name"])).size], [count, count]);
  assert.deepEqual(
    ["pve1", "pve2"].map((node) => made.filter((vm) => vm.node === node).length),
    [count / 2, count / 2],
  );
  assert.ok(cluster.calls.length < count * 40, `${String(cluster.calls.length)} calls`);

  cluster.calls.length = 0;
  const later = proxmoxVmProvider();
  const found = await Promise.all(machines.map(({ inputs, state }) => later.diff(contextsFor(inputs, state).wanted())));
  assert.deepEqual(new Set(found.map(({ kind }) => kind)), new Set(["same"]));
  assert.deepEqual(cluster.calls, ["GET /cluster/resources"]);
});
