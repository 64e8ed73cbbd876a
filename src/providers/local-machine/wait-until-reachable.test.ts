import assert from "node:assert/strict";
import { test } from "node:test";
import { isLeader } from "./find-machine.ts";
import { hasAddress, listensOn } from "./wait-until-reachable.ts";

const tcp = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1 0 100 0 0 10 0
   1: 02034D0A:0050 01034D0A:D4B2 01 00000000:00000000 00:00000000 00000000     0        0 2 1 0 20 4 30 10 -1
`;

test("a port counts as open when it is listened on, not when it is merely in use", () => {
  assert.equal(listensOn(tcp, 22), true);
  assert.equal(listensOn(tcp, 80), false);
  assert.equal(listensOn("", 22), false);
});

test("an address counts when it is the machine's own", () => {
  const trie = "Local:\n  |-- 10.77.3.2\n     /32 host LOCAL\n  |-- 10.77.3.255\n     /32 link BROADCAST\n";
  assert.equal(hasAddress(trie, "10.77.3.2"), true);
  assert.equal(hasAddress(trie, "10.77.3.255"), false);
  assert.equal(hasAddress(trie, "10.77.3.25"), false);
});

test("a machine's PID 1 is known by its number inside", () => {
  assert.equal(isLeader("Name:\tsystemd\nNSpid:\t29333\t1\n"), true);
  assert.equal(isLeader("Name:\tsystemd\nNSpid:\t412\t77\t1\n"), true);
  assert.equal(isLeader("Name:\tsystemd\nNSpid:\t29333\n"), false);
  assert.equal(isLeader("Name:\tsh\nNSpid:\t29333\t17\n"), false);
});
