import assert from "node:assert/strict";
import { test } from "node:test";
import { output } from "../../model/reference.ts";
import { contentOf, failureOf, linesOf } from "../testing/fulfilled.ts";
import { mergeFragments } from "../../system/fragment.ts";
import { restrictedPort } from "./restricted-port.ts";

test("a table of its own lets loopback and the given addresses in, and nobody else", () => {
  const addresses = ["203.0.113.8", "2001:db8::8", output("local-machine/app", "address")];
  const system = mergeFragments([{ origin: "test", system: restrictedPort("valkey-app-queue", 6400, addresses) }]);
  const file = "/etc/fediversity/restricted-ports/valkey-app-queue.nft";
  assert.equal(
    contentOf(system, file),
    [
      "table inet restrict_valkey_app_queue",
      "delete table inet restrict_valkey_app_queue",
      "table inet restrict_valkey_app_queue {",
      "  chain input {",
      "    type filter hook input priority filter; policy accept;",
      "    iif lo tcp dport 6400 accept",
      "    ip saddr 203.0.113.8 tcp dport 6400 accept",
      "    ip6 saddr 2001:db8::8 tcp dport 6400 accept",
      "    ip saddr {local-machine/app address} tcp dport 6400 accept",
      "    tcp dport 6400 reject with tcp reset",
      "  }",
      "}",
      "",
    ].join("\n"),
  );
  const lines = linesOf(system, "restrict-valkey-app-queue.service");
  assert.ok(lines.includes(`ExecStart=/usr/sbin/nft --file ${file}`));
  assert.ok(lines.includes("ExecStop=/usr/sbin/nft delete table inet restrict_valkey_app_queue"));
  assert.ok(lines.includes("Before=network-pre.target"), "there is no moment at which the port is open to everybody");
  assert.deepEqual(system.units["restrict-valkey-app-queue.service"]?.reloadOn, [file]);
  assert.deepEqual(system.packages, ["nftables"]);
});

test("without addresses only the machine itself gets in", () => {
  const system = mergeFragments([{ origin: "test", system: restrictedPort("web", 80, []) }]);
  const content = contentOf(system, "/etc/fediversity/restricted-ports/web.nft");
  assert.doesNotMatch(content, /saddr/);
  assert.match(content, /iif lo tcp dport 80 accept\n {4}tcp dport 80 reject/);
});

test("a host name is no address: who stands behind it may change, and a packet filter would not know", () => {
  const report = failureOf(() => restrictedPort("valkey-app-queue", 6400, ["app.example.net"]));
  assert.deepEqual([report.code, report.subject], ["address-needed", "app.example.net"]);
  assert.match(report.attempted, /valkey-app-queue/);
});
