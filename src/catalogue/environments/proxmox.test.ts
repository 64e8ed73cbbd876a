import assert from "node:assert/strict";
import { test } from "node:test";
import { Failure } from "../../model/failure.ts";
import { proxmoxVm } from "../components/proxmox-vm.ts";
import { proxmox, type ProxmoxPolicyInput } from "./proxmox.ts";

const policy: ProxmoxPolicyInput = {
  cluster: {
    endpoints: ["https://pve1.example.org:8006"],
    token: { id: "fediversity@pve!deployer", secret: { $secret: "provider/proxmox" } },
    trust: { fingerprints: [Array.from({ length: 32 }, () => "AB").join(":")] },
  },
  template: "debian-13",
  sizes: { default: { cores: 1, memory: 1024, disk: 10 }, mastodon: { cores: 4, memory: 8192, disk: 40 } },
  login: { authorizedKeys: ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAA"], identityFile: "/root/.ssh/id_ed25519" },
  quota: { machines: 2, memory: 9216 },
  bridge: "vmbr0",
};
const demanded = { domain: "example.org" };

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof Failure) return error.code;
    throw error;
  }
  return "nothing";
}

test("a machine is a component whose address and host keys the connection refers to", () => {
  const { connection, components } = proxmox(policy).machine("mastodon", demanded);
  const component = components["proxmox-vm/mastodon"];
  assert.equal(component?.type, "proxmox-vm");
  const inputs = proxmoxVm.inputs.parse(component.inputs);
  assert.match(inputs.name, /^mastodon-example-org-[0-9a-f]{6}$/);
  assert.deepEqual(inputs.size, { cores: 4, memory: 8192, disk: 40 });
  assert.deepEqual([inputs.protected, inputs.clone, inputs.bridge], [true, "full", "vmbr0"]);
  assert.deepEqual(connection, {
    address: { $output: "proxmox-vm/mastodon", path: "address" },
    hostKeys: { $output: "proxmox-vm/mastodon", path: "hostKeys" },
    madeBy: "proxmox-vm/mastodon",
    identityFile: "/root/.ssh/id_ed25519",
  });
});

test("the token is a reference and nothing in a deployment is its value", () => {
  const { components } = proxmox(policy).machine("snac", demanded);
  assert.match(JSON.stringify(components), /"secret":\{"\$secret":"provider\/proxmox"\}/);
});

test("what the policy does not admit is refused in evaluation", () => {
  const source = proxmox(policy);
  assert.equal(
    codeOf(() => source.refuse?.(["mastodon", "snac"], demanded)),
    "nothing",
  );
  assert.equal(
    codeOf(() => source.refuse?.(["mastodon", "peertube", "snac"], demanded)),
    "quota-exceeded",
  );
  for (const wrong of [
    { clone: "linked", storage: "tank" },
    { cloudConfig: { ntp: {} } },
    { bridge: "vmbr0,firewall=0" },
    { cluster: { ...policy.cluster, endpoints: ["http://pve1:8006"] } },
    { cluster: { ...policy.cluster, token: { id: "root@pam", secret: "x" } } },
  ]) {
    assert.equal(
      codeOf(() => proxmox({ ...policy, ...(wrong as object) })),
      "policy-invalid",
      JSON.stringify(wrong),
    );
  }
});

test("one fixed address of each version of IP, and no more than Proxmox can hand over", () => {
  const addressed = (addresses: string[]) =>
    proxmox({ ...policy, addresses: { snac: { addresses } } }).machine("snac", demanded);
  const inputs = addressed(["203.0.113.7/24", "2001:db8::7/64"]).components["proxmox-vm/snac"]?.inputs;
  assert.deepEqual(inputs?.["network"], {
    addresses: ["203.0.113.7/24", "2001:db8::7/64"],
    gateways: [],
    nameservers: [],
  });
  assert.equal(
    codeOf(() => addressed(["203.0.113.7/24", "203.0.113.8/24"])),
    "policy-invalid",
  );
});
