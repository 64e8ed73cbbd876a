import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { IncusInstanceInputs } from "../../catalogue/components/incus-instance.ts";
import type { Prior, ProviderContext, RemovalContext } from "../../engine/provider.ts";
import type { Json } from "../../model/json.ts";
import { marks } from "./instance.ts";
import { incusInstanceProvider } from "./provider.ts";
import { type Certified, type FakeIncus, fakeIncus, selfSigned } from "./testing/fake-incus.ts";
import { wanted } from "./testing/wanted.ts";

const ours = selfSigned();
const skip = ours === undefined ? "openssl is not here" : false;
let incus: FakeIncus;

before(async () => {
  if (ours !== undefined) incus = await fakeIncus(ours);
});
after(async () => {
  if (ours !== undefined) await incus.close();
});

const provider = () => incusInstanceProvider(() => Promise.resolve());

function inputsOf(name: string, more: object = {}, fingerprint = ours?.fingerprint): IncusInstanceInputs {
  const { certificate, key } = ours as Certified;
  return wanted({
    name,
    server: { addresses: ["https://127.0.0.1:1", incus.address], fingerprint, certificate, key },
    ...more,
  });
}

interface Run {
  readonly signal: AbortSignal;
  /** What was remembered last. */
  memory?: Json;
}

function context(component: string, inputs: IncusInstanceInputs, run: Run, prior?: Prior) {
  return {
    component,
    deployment: "example.org",
    inputs,
    prior,
    secrets: { reveal: (name: string) => Promise.resolve(`value of ${name}`), revision: () => "1" },
    progress: () => undefined,
    remember: (memory: Json) => {
      run.memory = memory;
      return Promise.resolve();
    },
    signal: run.signal,
    rouse: () => Promise.resolve(true),
  } as ProviderContext<IncusInstanceInputs> & RemovalContext;
}

const newRun = (): Run => ({ signal: new AbortController().signal });

test("24 instances are compared with one request, and once more in the next run", { skip }, async () => {
  const one = provider();
  const names = Array.from({ length: 24 }, (_, index) => `many-${String(index)}`);
  const making = newRun();
  for (const name of names) await one.reconcile(context(`incus-instance/${name}`, inputsOf(name), making));
  for (let times = 0; times < 2; times += 1) {
    const run = newRun();
    incus.requests.length = 0;
    const differences = await Promise.all(
      names.map((name) => one.diff(context(`incus-instance/${name}`, inputsOf(name), run))),
    );
    assert.deepEqual(new Set(differences.map(({ kind }) => kind)), new Set(["same"]));
    assert.deepEqual(incus.requests, ["GET /1.0/instances"]);
  }
  incus.instances.clear();
});

test("whatever request fails, a re-run ends with one instance that runs", { skip }, async () => {
  const component = "incus-instance/snac";
  for (let failing = 1; failing < 30; failing += 1) {
    incus.instances.clear();
    const inputs = inputsOf("snac-once");
    let count = 0;
    incus.refuse = () => ((count += 1) === failing ? "database is locked" : undefined);
    const run = newRun();
    const tried = await provider()
      .reconcile(context(component, inputs, run))
      .then(
        () => "done",
        () => "failed",
      );
    incus.refuse = undefined;
    if (tried === "done" && count < failing) {
      assert.ok(failing > 5, "there were requests to fail");
      incus.instances.clear();
      return;
    }
    const prior: Prior = { inputs: inputs as never, memory: run.memory, status: "creating" };
    const { outputs } = await provider().reconcile(context(component, inputs, newRun(), prior));
    assert.deepEqual(outputs, {
      address: "10.0.0.5",
      hostKeys: ["value of machine/snac/host-key-public"],
      member: "one",
    });
    assert.deepEqual(
      [...incus.instances.values()].map(({ name, status }) => [name, status]),
      [["snac-once", "Running"]],
    );
  }
  assert.fail("it never ended");
});

test("what may hold data is kept when it goes, comes back, and goes for good with purge", { skip }, async () => {
  const component = "incus-instance/snac";
  const inputs = inputsOf("snac-kept");
  const one = provider();
  const { outputs } = await one.reconcile(context(component, inputs, newRun()));
  const present: Prior = { inputs: inputs as never, outputs, status: "present" };
  const gone: Prior = { ...present, status: "deleting" };
  await one.delete(context(component, inputs, newRun(), gone));
  assert.equal(incus.instances.get("snac-kept")?.status, "Stopped");
  assert.match(incus.instances.get("snac-kept")?.config[marks.kept] ?? "", /^20/);
  assert.deepEqual(await one.read(context(component, inputs, newRun(), present)), { exists: false });
  assert.deepEqual(await one.purge?.(context(component, inputs, newRun(), gone), { dryRun: true }), [
    "instance snac-kept with its disk (10GiB)",
  ]);
  await one.reconcile(context(component, inputs, newRun()));
  assert.equal(incus.instances.get("snac-kept")?.status, "Running");
  assert.deepEqual(await one.purge?.(context(component, inputs, newRun(), gone), { dryRun: false }), []);
  await one.delete(context(component, inputs, newRun(), gone));
  await one.purge?.(context(component, inputs, newRun(), gone), { dryRun: false });
  assert.equal(incus.instances.size, 0);
});

test("an instance that somebody stopped is started when something is to be removed from it", { skip }, async () => {
  const component = "incus-instance/snac";
  const inputs = inputsOf("snac-stopped");
  const one = provider();
  const { outputs } = await one.reconcile(context(component, inputs, newRun()));
  const prior: Prior = { inputs: inputs as never, outputs, status: "present" };
  const instance = incus.instances.get("snac-stopped");
  assert.ok(instance);
  incus.instances.set("snac-stopped", { ...instance, status: "Stopped" });
  const run = newRun();
  assert.equal(await one.wake?.(context(component, inputs, run, prior)), true);
  assert.equal(incus.instances.get("snac-stopped")?.status, "Running");
  await one.delete(context(component, inputs, run, { ...prior, status: "deleting" }));
  assert.equal(incus.instances.get("snac-stopped")?.status, "Stopped", "the same run stops it again");
  incus.instances.clear();
  assert.equal(await one.wake?.(context(component, inputs, newRun(), prior)), false, "it is gone for good");
});

test("what holds nothing is deleted when it goes", { skip }, async () => {
  const component = "incus-instance/hello";
  const inputs = inputsOf("hello-gone", { protected: false });
  const one = provider();
  await one.reconcile(context(component, inputs, newRun()));
  await one.delete(context(component, inputs, newRun(), { inputs: inputs as never, status: "deleting" }));
  assert.equal(incus.instances.size, 0);
});

test("a member that is only starting is waited for", { skip }, async () => {
  const inputs = inputsOf("snac-early");
  let asked = 0;
  incus.refuse = (request) =>
    request.startsWith("POST /1.0/instances") && (asked += 1) < 3 ? "Server isn't ready yet" : undefined;
  await provider().reconcile(context("incus-instance/snac", inputs, newRun()));
  incus.refuse = undefined;
  assert.equal(asked, 3);
  assert.equal(incus.instances.get("snac-early")?.status, "Running");
  incus.instances.clear();
});

test("nothing is sent to a server whose certificate is not the pinned one", { skip }, async () => {
  incus.requests.length = 0;
  const inputs = inputsOf("snac", {}, "f".repeat(64));
  await assert.rejects(provider().diff(context("incus-instance/snac", inputs, newRun())), {
    code: "server-certificate-changed",
  });
  assert.deepEqual(incus.requests, []);
});

test("a cluster of which no member answers is named with what each said", { skip }, async () => {
  const { certificate, key } = ours as Certified;
  const server = { addresses: ["https://127.0.0.1:1"], fingerprint: "f".repeat(64), certificate, key };
  await assert.rejects(provider().diff(context("incus-instance/snac", wanted({ server }), newRun())), {
    code: "incus-unreachable",
  });
});
