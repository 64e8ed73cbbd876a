import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import type { ProxmoxVmInputs } from "../../../src/catalogue/components/proxmox-vm.ts";
import { Failure } from "../../../src/model/failure.ts";
import type { JsonObject } from "../../../src/model/json.ts";
import { proxmoxVmProvider } from "../../../src/providers/proxmox-vm/provider.ts";
import { refuse, type ClusterOptions } from "./cluster.ts";
import { contextsFor, inputsFor, Memories, startDouble } from "./testing.ts";

type Double = Awaited<ReturnType<typeof startDouble>>;
const reach = (): Promise<true> => Promise.resolve(true);

/** Does what the engine does with one machine, over one double. */
function engineFor(double: Double, state = new Memories()) {
  return {
    state,
    /** As each command of the product is a process of its own, so each has a provider of its own. */
    async apply(more: object = {}) {
      const provider = proxmoxVmProvider({ reach });
      const inputs: ProxmoxVmInputs = inputsFor(double, more);
      const { wanted } = contextsFor(inputs, state);
      const difference = await provider.diff(wanted());
      if (difference.kind === "same") return { difference, reconciled: undefined };
      const status = state.prior?.outputs === undefined ? ("creating" as const) : ("updating" as const);
      state.prior = { ...state.prior, inputs: inputs as unknown as JsonObject, status };
      const reconciled = await provider.reconcile(wanted());
      const { outputs, memory } = reconciled;
      state.prior = { inputs: inputs as unknown as JsonObject, status: "present", outputs, memory };
      return { difference, reconciled };
    },
    contexts: (more: object = {}) => contextsFor(inputsFor(double, more), state),
    get provider() {
      return proxmoxVmProvider({ reach });
    },
  };
}

async function started(context: TestContext, more: Partial<ClusterOptions> = {}) {
  const double = await startDouble(context, more);
  const engine = engineFor(double);
  return { double, ...engine, provider: engine.provider };
}

async function failureOf(work: Promise<unknown>): Promise<Failure> {
  const error = await work.then(
    () => assert.fail("it should have failed"),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof Failure)) throw error;
  assert.doesNotMatch(JSON.stringify(error.report), /canary/, "no error shows the secret");
  return error;
}

const machines = ({ cluster }: Double) => [...cluster.vms.values()].filter(({ config }) => config["template"] !== "1");

test("a machine is copied, configured, made bigger, started, and asked for its address and host key", async (context) => {
  const { double, apply, state } = await started(context);
  const { difference, reconciled } = await apply();
  assert.equal(difference.kind, "create");
  assert.equal(reconciled?.outcome, "created");
  const [vm] = machines(double);
  assert.ok(vm !== undefined);
  const { config } = vm;
  assert.deepEqual(
    [config["name"], config["cores"], config["memory"], config["ciuser"], config["ipconfig0"], config["protection"]],
    ["snac-example-org-5b0c1d", "2", "2048", "root", "ip=dhcp", "1"],
  );
  assert.match(config["scsi0"] ?? "", /^tank:vm-100-disk-0,.*size=10G$/);
  assert.equal(decodeURIComponent(config["sshkeys"] ?? ""), "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAA deployer");
  assert.equal(config["tags"], "example.org;fediversity;snac-example-org-5b0c1d");
  assert.deepEqual(reconciled.outputs, {
    address: "192.0.2.100",
    hostKeys: [`ssh-ed25519 ${btoa("key of 100")}`],
    node: "pve2",
    vmid: 100,
  });
  assert.deepEqual([...new Set(state.phases)].slice(0, 6), [
    "clone",
    "configure",
    "resize",
    "start",
    "boot",
    "address",
  ]);
});

test("again is a no-op, known by one list alone", async (context) => {
  const { double, apply } = await started(context);
  await apply();
  double.cluster.calls.length = 0;
  assert.equal((await apply()).difference.kind, "same");
  assert.deepEqual(double.cluster.calls, ["GET /cluster/resources"]);
});

test("what the list does not know yet is asked of the machine, and not changed again", async (context) => {
  const { double, apply } = await started(context, { statisticsInterval: 60_000 });
  await apply();
  const { difference } = await apply();
  assert.equal(difference.kind, "same");
  assert.equal(machines(double).length, 1);
});

test("a size that changes is planned with its restart and done in place; a disk never shrinks", async (context) => {
  const { double, apply, contexts, provider } = await started(context);
  await apply();
  const { difference, reconciled } = await apply({ size: { cores: 4, memory: 2048, disk: 20 } });
  assert.ok(difference.kind === "update");
  assert.deepEqual(
    difference.changes.map(({ verb, what }) => `${verb} ${what.split(" ")[0] ?? ""}`),
    ["change cores", "change disk", "restart virtual"],
  );
  assert.equal(reconciled?.outcome, "updated");
  const [vm] = machines(double);
  assert.deepEqual([vm?.config["cores"], vm?.pending, double.guests.boots], ["4", {}, 2]);
  assert.match(vm?.config["scsi0"] ?? "", /size=20G/);
  const smaller = contexts({ size: { cores: 4, memory: 2048, disk: 10 } });
  assert.equal((await failureOf(provider.diff(smaller.wanted()))).code, "disk-shrink");
});

test("a deployer that dies before the restart: the next restarts, and then nothing is left to do", async (context) => {
  const { double, apply } = await started(context);
  await apply();
  const { cluster } = double;
  const size = { cores: 4, memory: 4096, disk: 20 };
  cluster.before = (call) => {
    if (call.endsWith("/status/shutdown")) throw refuse(500, "interrupted by signal");
  };
  assert.equal((await failureOf(apply({ size }))).code, "proxmox-refused");
  const [vm] = machines(double);
  assert.deepEqual([vm?.config["cores"], vm?.pending["cores"]], ["2", "4"]);
  cluster.before = () => undefined;
  const { difference } = await apply({ size });
  assert.ok(difference.kind === "update");
  assert.deepEqual(
    difference.changes.map(({ verb }) => verb),
    ["restart"],
  );
  assert.deepEqual([vm?.config["cores"], vm?.pending, double.guests.boots], ["4", {}, 2]);
  assert.equal((await apply({ size })).difference.kind, "same");
});

test("a deployer that dies while the machine boots: the next plans no failure, and waits", async (context) => {
  const { double, apply, state } = await started(context);
  const { cluster } = double;
  cluster.before = (call) => {
    if (call.endsWith("/file-read")) throw refuse(500, "interrupted by signal");
  };
  assert.equal((await failureOf(apply())).code, "proxmox-refused");
  let silent = 2;
  cluster.before = (call) => {
    if (!call.includes("/agent/") || silent === 0) return;
    silent -= 1;
    throw refuse(500, "QEMU guest agent is not running");
  };
  const { difference } = await apply();
  assert.equal(difference.kind, "update");
  assert.deepEqual([machines(double).length, double.guests.boots, state.prior?.status], [1, 1, "present"]);
});

test("a machine that somebody stopped is started, and one that somebody configured is configured back", async (context) => {
  const { double, apply, provider, contexts } = await started(context);
  await apply();
  const [vm] = machines(double);
  assert.ok(vm !== undefined);
  vm.running = false;
  vm.config["memory"] = "512";
  const reading = await provider.read(contexts().known());
  assert.ok(reading.exists);
  assert.deepEqual(reading.drift, ["the virtual machine is stopped", "it has 512 MiB of memory"]);
  await apply();
  assert.deepEqual([vm.running, vm.config["memory"]], [true, "2048"]);
  vm.running = false;
  assert.equal(await provider.wake?.(contexts().known()), true);
  assert.ok(vm.running, "it runs again, so that something can be removed from it");
  double.cluster.vms.delete(vm.vmid);
  assert.equal(await provider.wake?.(contexts().known()), false, "it is gone for good");
});

test("destroy keeps the machine and its disk, apply brings it back, purge deletes it and nothing is left", async (context) => {
  const { double, apply, state, contexts, provider } = await started(context);
  const { cluster } = double;
  const used = cluster.storages.get("tank")?.used;
  await apply();
  await provider.delete(contexts().known());
  assert.deepEqual(
    machines(double).map(({ running, config }) => [running, config["onboot"]]),
    [[false, "0"]],
  );
  const { prior } = contexts().known();
  state.prior = undefined;
  await apply();
  assert.deepEqual(
    machines(double).map(({ running, vmid }) => [running, vmid]),
    [[true, 100]],
  );
  await provider.delete(contexts().known());
  state.prior = { ...prior, status: "deleting" };
  const deleted = await provider.purge?.(contexts().known(), { dryRun: true });
  assert.deepEqual(deleted, ["virtual machine snac-example-org-5b0c1d (VM 100 on pve2) with its disk"]);
  assert.equal(machines(double).length, 1, "a dry run deletes nothing");
  await provider.purge?.(contexts().known(), { dryRun: false });
  assert.deepEqual([machines(double).length, cluster.storages.get("tank")?.used], [0, used]);
});

test("a machine whose disk holds nothing goes at once", async (context) => {
  const { double, apply, contexts, provider } = await started(context);
  await apply({ protected: false });
  await provider.delete(contexts({ protected: false }).known());
  assert.equal(machines(double).length, 0);
});

test("a deployer that dies during the copy is continued by the next: one machine, not two", async (context) => {
  const { double, apply, state, contexts } = await started(context, { cloneTime: 600 });
  for (const lost of ["nothing", "the task's id", "everything"] as const) {
    const controller = new AbortController();
    const inputs = inputsFor(double);
    const { wanted } = contextsFor(inputs, state, controller.signal);
    const dead = proxmoxVmProvider({ reach }).reconcile(wanted());
    while ((state.prior?.memory as { clone?: { upid?: string } } | undefined)?.clone?.upid === undefined) {
      await new Promise((resolve) => void setTimeout(resolve, 5));
    }
    controller.abort();
    await dead.catch(() => undefined);
    const { memory } = contexts().known().prior;
    if (lost === "the task's id") {
      const { vmid, clone } = memory as { vmid: number; clone: { node: string } };
      state.prior = { ...contexts().known().prior, memory: { vmid, clone: { node: clone.node } } };
    }
    if (lost === "everything") {
      while (machines(double)[0]?.config["name"] === undefined)
        await new Promise((resolve) => void setTimeout(resolve, 5));
      state.prior = undefined;
    }
    const { reconciled } = await apply();
    assert.equal(machines(double).length, 1, lost);
    assert.equal(reconciled?.outcome, "updated", lost);
    double.cluster.vms.delete(machines(double)[0]?.vmid ?? 0);
    double.guests.stop(100).catch(() => undefined);
    state.prior = undefined;
  }
});

test("a number that somebody else takes in between is given up for another", async (context) => {
  const { double, apply } = await started(context);
  const { cluster } = double;
  let races = 3;
  cluster.before = (call, { newid = "" }) => {
    if (!call.endsWith("/clone") || races === 0) return;
    races -= 1;
    cluster.vms.set(Number(newid), {
      vmid: Number(newid),
      node: "pve2",
      running: false,
      startedAt: 0,
      pending: {},
      config: { name: `other-${newid}` },
    });
  };
  await apply();
  assert.deepEqual(
    machines(double).map(({ vmid }) => vmid),
    [100, 101, 102, 103],
  );
  assert.equal(cluster.vms.get(103)?.config["name"], "snac-example-org-5b0c1d");
});

test("a locked machine is waited for", async (context) => {
  const { double, apply } = await started(context);
  await apply();
  const [vm] = machines(double);
  assert.ok(vm !== undefined);
  vm.config["lock"] = "backup";
  setTimeout(() => delete vm.config["lock"], 700);
  await apply({ size: { cores: 1, memory: 2048, disk: 10 } });
  assert.equal(vm.config["cores"], "1");
});

test("storage that is full, a node that is down and a missing privilege are told in Proxmox's words, and mended by a re-run", async (context) => {
  const { double, apply } = await started(context);
  const { cluster } = double;
  const tank = cluster.storages.get("tank");
  assert.ok(tank !== undefined);
  tank.total = tank.used;
  const full = await failureOf(apply());
  assert.equal(full.code, "proxmox-storage-full");
  assert.match(full.report.found, /out of space/);
  tank.total *= 20;

  const acl = cluster.token.acl;
  const { "/vms": all = [] } = acl;
  acl["/vms"] = all.filter((privilege) => privilege !== "VM.Config.Cloudinit");
  const missing = await failureOf(apply());
  assert.equal(missing.code, "proxmox-permission");
  assert.match(missing.report.found, /Permission check failed \(\/vms\/100, VM\.Config\.Cloudinit\)/);
  acl["/vms"] = all;

  cluster.down.add("pve2");
  assert.equal((await failureOf(apply())).code, "proxmox-node-down");
  cluster.down.clear();

  await apply();
  assert.equal(machines(double).length, 1);
});

test("a machine on a node that is down is told, not made a second time", async (context) => {
  const { double, apply, contexts, provider } = await started(context);
  await apply();
  double.cluster.down.add("pve2");
  assert.equal((await failureOf(apply())).code, "proxmox-node-down");
  const reading = await provider.read(contexts().known());
  assert.ok(reading.exists);
  assert.deepEqual(reading.drift, ["its node pve2 is offline"]);
  assert.equal(machines(double).length, 1);
});

test("an existing machine is taken over by name: tagged, not told to be a new one, and never deleted by destroy", async (context) => {
  const { double, apply, contexts, provider } = await started(context);
  const { cluster, guests } = double;
  const config = { name: "old-snac", cores: "2", memory: "2048", agent: "1", scsi0: "tank:vm-150-disk-0,size=10G" };
  const net0 = "virtio=BC:24:11:00:00:01,bridge=vmbr0";
  const vm = {
    vmid: 150,
    node: "pve2",
    running: true,
    startedAt: Date.now(),
    pending: {},
    config: { ...config, net0 },
  };
  cluster.vms.set(150, vm);
  await guests.start({ vmid: 150, name: "old-snac", config: vm.config });
  const { reconciled } = await apply({ adopt: "old-snac" });
  assert.equal(reconciled?.outputs["vmid"], 150);
  assert.equal("sshkeys" in vm.config, false);
  assert.match((vm.config as Record<string, string>)["tags"] ?? "", /snac-example-org/);
  await provider.delete(contexts({ adopt: "old-snac", protected: false }).known());
  assert.ok(cluster.vms.has(150));
  const other = engineFor(double);
  assert.equal((await failureOf(other.apply({ adopt: "gone", name: "other" }))).code, "proxmox-adopt");
});

test("Proxmox VE 9 has other privileges for the guest agent, and doctor names what is missing in each", async (context) => {
  for (const [version, agent] of [
    ["8.4.5", "VM.Monitor"],
    ["9.0.10", "VM.GuestAgent.FileRead"],
  ] as const) {
    const { double, apply, contexts, provider } = await started(context, { version });
    const good = await provider.examine?.(contexts().wanted());
    assert.deepEqual(
      good?.filter(({ ok }) => !ok),
      [],
      version,
    );
    await apply();
    const acl = double.cluster.token.acl;
    acl["/vms"] = acl["/vms"]?.filter((privilege) => privilege !== agent && privilege !== "VM.Clone") ?? [];
    const examined = await provider.examine?.(contexts().wanted());
    const permissions = examined?.find(({ name }) => name === "permissions");
    assert.match(
      permissions?.text ?? "",
      new RegExp(`VM\\.Clone on /vms/9000.*${agent.replaceAll(".", "\\.")} on /vms`),
    );
  }
});
