import assert from "node:assert/strict";
import { test } from "node:test";
import { chooseAddress } from "./address-book.ts";

const subnet = "10.77.3.0/24";
const entries = [
  { address: "10.77.3.2", names: ["hello"] },
  { address: "10.77.3.4", names: ["cowsay", "cowsay.example.org"] },
];

test("a machine gets the lowest free address, or the one it wants", () => {
  assert.equal(chooseAddress(subnet, entries, "new"), "10.77.3.3");
  assert.equal(chooseAddress(subnet, entries, "new", "10.77.3.77"), "10.77.3.77");
});

test("an address that is taken or not in the network is refused", () => {
  assert.throws(() => chooseAddress(subnet, entries, "new", "10.77.3.4"), { code: "address-taken", message: /cowsay/ });
  assert.throws(() => chooseAddress(subnet, entries, "new", "10.77.3.1"), { code: "address-taken", message: /bridge/ });
  assert.throws(() => chooseAddress(subnet, entries, "new", "10.77.4.9"), { code: "address-outside" });
});

test("a full network says so", () => {
  const all = Array.from({ length: 253 }, (_, index) => ({
    address: `10.77.3.${String(index + 2)}`,
    names: [`m${String(index)}`],
  }));
  assert.throws(() => chooseAddress(subnet, all, "new"), { code: "network-full" });
});
