import assert from "node:assert/strict";
import { test } from "node:test";
import { proxmoxVm } from "../../catalogue/components/proxmox-vm.ts";
import type { VmConfig } from "./api/answers.ts";
import { addressIn } from "./access.ts";
import { bootDisk, changedOptions, hasCloudInitDrive, ipConfig, sizeOf, storagesOf } from "./vm-config.ts";

const owner = { deployment: "example.org", component: "proxmox-vm/snac" };
const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAA a deployer";
const inputs = proxmoxVm.inputs.parse({
  name: "snac-example-org-5b0c1d",
  size: { cores: 2, memory: 2048, disk: 10 },
  cluster: {
    endpoints: ["https://pve1:8006"],
    token: { id: "fediversity@pve!deployer", secret: { $secret: "provider/proxmox" } },
  },
  template: "debian-13",
  bridge: "vmbr1",
  vlan: 20,
  authorizedKeys: [key],
});
const copied = {
  boot: "order=ide2;scsi0;net0",
  cores: "1",
  ide2: "tank:vm-100-cloudinit,media=cdrom,size=4M",
  memory: "current=1024",
  net0: "virtio=BC:24:11:00:00:01,bridge=vmbr0,firewall=1",
  scsi0: "tank:vm-100-disk-0,discard=on,size=3584M",
  tags: "Theirs",
};

test("a configuration is read: size, disk to boot from, storages, the drive for cloud-init", () => {
  assert.deepEqual(bootDisk(copied), { name: "scsi0", bytes: 3584 * 1024 ** 2 });
  assert.deepEqual(sizeOf({ ...copied, sockets: "2" }), { cores: 2, memory: 1024, disk: 3584 * 1024 ** 2 });
  assert.deepEqual([storagesOf(copied), hasCloudInitDrive(copied)], [["tank"], true]);
  assert.equal(bootDisk({ ide2: "none,media=cdrom" }), undefined);
});

test("what differs is set, and the same configuration is left as it is", () => {
  const options = changedOptions(copied, inputs, owner);
  assert.equal(options.net0, "virtio=BC:24:11:00:00:01,firewall=1,bridge=vmbr1,tag=20");
  assert.equal(options.tags, "example.org;fediversity;snac-example-org-5b0c1d;theirs");
  assert.deepEqual([options.ciuser, options.ciupgrade, options.ipconfig0], ["root", false, "ip=dhcp"]);
  assert.equal(decodeURIComponent(options.sshkeys ?? ""), key);
  assert.doesNotMatch(options.sshkeys ?? "", /[ +]/, "spaces are %20 for Proxmox");
  const set = Object.entries(options).map(([name, value]) => [
    name,
    typeof value === "boolean" ? String(Number(value)) : String(value),
  ]);
  const after: VmConfig = { ...copied, ...(Object.fromEntries(set) as Record<string, string>) };
  assert.deepEqual(changedOptions(after, inputs, owner), {});
  const reordered = {
    ...after,
    net0: "virtio=BC:24:11:00:00:01,bridge=vmbr1,firewall=1,tag=20",
    description: `${after["description"] ?? ""}\n`,
  };
  assert.deepEqual(changedOptions(reordered, inputs, owner), {});
  assert.deepEqual(changedOptions({ ...after, cores: "4", protection: "0" }, inputs, owner), {
    cores: 2,
    protection: true,
  });
});

test("an adopted machine keeps its network, keys and first boot", () => {
  const options = changedOptions(copied, { ...inputs, adopt: "old" }, owner);
  assert.deepEqual(Object.keys(options).toSorted(), [
    "agent",
    "cores",
    "description",
    "memory",
    "onboot",
    "protection",
    "tags",
  ]);
});

test("fixed addresses are written as Proxmox takes them", () => {
  const network = {
    addresses: ["203.0.113.7/24", "2001:db8::7/64"],
    gateways: ["203.0.113.1", "2001:db8::1"],
    nameservers: [],
  };
  assert.equal(ipConfig(network), "ip=203.0.113.7/24,gw=203.0.113.1,ip6=2001:db8::7/64,gw6=2001:db8::1");
  assert.equal(ipConfig(undefined), "ip=dhcp");
});

test("the address is that of the machine's own interface, not of a bridge inside it, and leads to it from elsewhere", () => {
  const ip = (...addresses: string[]) => addresses.map((address) => ({ "ip-address": address }));
  const interfaces = [
    { name: "lo", "hardware-address": "00:00:00:00:00:00", "ip-addresses": ip("127.0.0.1", "::1") },
    { name: "podman0", "hardware-address": "aa:bb:cc:00:00:01", "ip-addresses": ip("10.88.0.1") },
    {
      name: "eth0",
      "hardware-address": "bc:24:11:00:00:01",
      "ip-addresses": ip("fe80::1", "2001:db8::7", "203.0.113.7"),
    },
  ];
  const own = { hardwareAddress: "BC:24:11:00:00:01", fixed: undefined };
  assert.equal(addressIn(interfaces, own), "203.0.113.7");
  assert.equal(addressIn(interfaces, { ...own, fixed: "2001:db8::7" }), "2001:db8::7");
  assert.equal(addressIn(interfaces, { ...own, fixed: "203.0.113.8" }), undefined, "not there yet");
  assert.equal(addressIn(interfaces.slice(0, 2), own), undefined);
});
