import assert from "node:assert/strict";
import { test } from "node:test";
import { createEvaluator, evaluate } from "../../model/evaluate.ts";
import { referencesIn } from "../../model/reference.ts";
import { cowsay } from "../applications/cowsay.ts";
import { hello } from "../applications/hello.ts";
import { componentTypes } from "../components/component-types.ts";
import { loginShell } from "../resources/login-shell.ts";
import { defineEnvironment, providerSecret } from "./define-environment.ts";
import { incus } from "./incus.ts";
import { offer } from "./offer.ts";
import { machinePerApplication, oneMachine } from "./placement.ts";

const size = { cores: 1, memory: 1024, disk: 10 };
const policy = {
  server: {
    addresses: ["https://10.0.0.1:8443"],
    fingerprint: "0".repeat(64),
    certificate: "-----BEGIN CERTIFICATE-----",
    key: providerSecret("incus-key"),
  },
  image: { alias: "debian" },
  pool: "default",
  nic: { parent: "br0" },
  sizes: { default: size },
  login: { authorizedKeys: ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAA"], identityFile: "/etc/hosting/login" },
};

function evaluated(more: object = {}, placement = machinePerApplication) {
  const environment = defineEnvironment({
    name: "cluster",
    offers: { shell: offer(loginShell, { username: "operator" }) },
    placement,
    machines: incus({ ...policy, ...more }),
    secrets: { "incus-key": { file: "/etc/hosting/incus.key" } },
  });
  const evaluator = createEvaluator({ applications: [hello, cowsay], componentTypes, environment });
  return evaluate(evaluator, {
    domain: "example.org",
    initialUser: { displayName: "Ada Lovelace", username: "ada", email: "ada@example.org" },
    applications: { hello: { enable: true }, cowsay: { enable: true } },
  }).deployment;
}

test("each machine is an instance, and its system waits for the instance's address and host keys", () => {
  const { components, secrets } = evaluated();
  assert.deepEqual(Object.keys(components), [
    "incus-instance/cowsay",
    "incus-instance/hello",
    "machine/cowsay",
    "machine/hello",
  ]);
  const { connection } = components["machine/hello"]?.inputs ?? {};
  assert.deepEqual(JSON.parse(JSON.stringify(connection)), {
    address: { $output: "incus-instance/hello", path: "address" },
    hostKeys: { $output: "incus-instance/hello", path: "hostKeys" },
    identityFile: "/etc/hosting/login",
    madeBy: "incus-instance/hello",
    port: 22,
    user: "root",
  });
  assert.deepEqual(secrets["machine/hello/host-key"], { origin: "key", type: "ssh-ed25519" });
  assert.deepEqual(secrets["provider/incus-key"], { origin: "file", path: "/etc/hosting/incus.key" });
  assert.equal(JSON.stringify(evaluated()), JSON.stringify(evaluated()));
});

test("the placement decides how many instances there are", () => {
  const { components } = evaluated({}, oneMachine);
  assert.deepEqual(Object.keys(components), ["incus-instance/machine", "machine/machine"]);
  assert.ok(referencesIn(components["incus-instance/machine"]).some((one) => "$secret" in one));
});

test("a quota that does not admit the deployment refuses it in evaluation", () => {
  assert.throws(() => evaluated({ quota: { machines: 1 } }), { code: "quota-exceeded" });
  assert.equal(Object.keys(evaluated({ quota: { machines: 1 } }, oneMachine).components).length, 2);
});

test("a server is pinned by a fingerprint or an authority, never by nothing and never by both", () => {
  const { fingerprint: _fingerprint, ...server } = policy.server;
  assert.throws(() => evaluated({ server }), { code: "policy-invalid" });
  const ca = "-----BEGIN CERTIFICATE-----";
  assert.throws(() => evaluated({ server: { ...policy.server, ca } }), { code: "policy-invalid" });
  assert.ok(evaluated({ server: { ...server, ca } }));
});

test("an address that is not HTTPS is refused", () => {
  for (const address of ["http://10.0.0.1:8443", "https://10.0.0.1:8443/1.0", "10.0.0.1"]) {
    assert.throws(() => evaluated({ server: { ...policy.server, addresses: [address] } }), { code: "policy-invalid" });
  }
});
