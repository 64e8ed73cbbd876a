import assert from "node:assert/strict";
import { test } from "node:test";
import { networkConfig, userData } from "./cloud-init.ts";
import { FirstBoot, FixedAddresses } from "./machine-on-demand.ts";

const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAA deployer";
const firstBoot = FirstBoot.parse({
  hostName: "snac",
  authorizedKeys: [key],
  hostKey: { private: { $secret: "machine/snac/host-key" }, public: { $secret: "machine/snac/host-key-public" } },
  more: { ntp: { enabled: true }, hostname: "another" },
});

test("a new machine gets its name, its host key and who may log in, and makes no other host keys", () => {
  const text = userData(firstBoot, { private: "PRIVATE\nKEY\n", public: "ssh-ed25519 AAAA" });
  const [header, ...rest] = text.split("\n");
  assert.equal(header, "#cloud-config");
  const document = JSON.parse(rest.join("\n")) as Record<string, unknown>;
  assert.deepEqual(document["ssh_keys"], { ed25519_private: "PRIVATE\nKEY\n", ed25519_public: "ssh-ed25519 AAAA" });
  assert.deepEqual(document["users"], [{ name: "root", ssh_authorized_keys: [key] }]);
  assert.deepEqual([document["disable_root"], document["ssh_genkeytypes"]], [false, []]);
  assert.equal(document["hostname"], "snac", "what must be so is not for the policy to change");
  assert.deepEqual(document["ntp"], { enabled: true });
});

test("fixed addresses are those of one interface, with a way out for each version of IP", () => {
  const network = FixedAddresses.parse({
    addresses: ["203.0.113.7/24", "2001:db8::7/64"],
    gateways: ["203.0.113.1", "fe80::1"],
    nameservers: ["203.0.113.1"],
  });
  assert.deepEqual(networkConfig(network, "eth0"), {
    version: 2,
    ethernets: {
      eth0: {
        addresses: ["203.0.113.7/24", "2001:db8::7/64"],
        routes: [
          { to: "0.0.0.0/0", via: "203.0.113.1" },
          { to: "::/0", via: "fe80::1" },
        ],
        nameservers: { addresses: ["203.0.113.1"] },
      },
    },
  });
  const alone = networkConfig(FixedAddresses.parse({ addresses: ["203.0.113.7/24"] }), "enp5s0");
  assert.deepEqual(alone, { version: 2, ethernets: { enp5s0: { addresses: ["203.0.113.7/24"] } } });
});

test("what is no address with its length is refused", () => {
  for (const wrong of ["203.0.113.7", "203.0.113.7/33", "::1", "2001:db8::/129", "a/24", ""]) {
    assert.equal(FixedAddresses.safeParse({ addresses: [wrong] }).success, false, wrong);
  }
});
