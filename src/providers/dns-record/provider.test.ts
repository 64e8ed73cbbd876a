import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { dnsRecord, type DnsRecordInputs } from "../../catalogue/components/dns-record.ts";
import type { ProviderContext, RemovalContext } from "../../engine/provider.ts";
import { secret, text } from "../../model/reference.ts";
import type { JsonObject } from "../../model/json.ts";
import { dnsRecordProvider } from "./provider.ts";

type Zone = Record<string, readonly string[]>;

/** The data of a record as it travels: RFC 1035 section 3.3, RFC 3596. */
function dataOf(type: number, value: string): Buffer {
  if (type === 1) return Buffer.from(value.split(".").map(Number));
  if (type === 28)
    return Buffer.from(value.split(":").flatMap((group) => [parseInt(group, 16) >> 8, parseInt(group, 16) & 255]));
  if (type === 16) return Buffer.concat([Buffer.from([value.length]), Buffer.from(value)]);
  return Buffer.concat([
    ...value.split(".").map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)])),
    Buffer.from([0]),
  ]);
}

const types = { 1: "A", 5: "CNAME", 16: "TXT", 28: "AAAA" } as const;

/** A name server for one zone, and an nsupdate that writes down what it was told; gives inputs for them. */
async function nameServer(context: TestContext, zone: Zone, ttl = 300) {
  const socket = createSocket("udp4");
  const folder = mkdtempSync(join(tmpdir(), "fediversity-dns-"));
  const given = join(folder, "given");
  const told = (): readonly string[] => (existsSync(given) ? readFileSync(given, "utf8").split("\n").slice(2, -2) : []);
  const isAlone = (name: string): boolean =>
    Object.entries(zone).every(([key, values]) => values.length === 0 || !key.endsWith(` ${name}`));
  let taken: readonly string[] = [];
  /** RFC 2136 section 3.4.2: what was told since the last question, but no CNAME beside others. */
  function takeUpdates(): void {
    const lines = told();
    if (lines.join() === taken.join()) return;
    taken = lines;
    for (const line of lines) {
      const [, what, name = "", ...rest] = line.split(" ");
      const [type = "", ...value] = what === "add" ? rest.slice(1) : rest;
      const key = `${type} ${name.replace(/\.$/, "")}`;
      const before = zone[key] ?? [];
      const text = value.join(" ").replace(/\.$/, "");
      if (what === "delete") zone[key] = text === "" ? [] : before.filter((one) => one !== text);
      else if (what === "add" && (type !== "CNAME" || isAlone(name.replace(/\.$/, "")))) zone[key] = [...before, text];
    }
    if (lines.some((line) => line.startsWith("update add"))) ttl = Number(/ (\d+) [A-Z]/.exec(lines.at(-1) ?? "")?.[1]);
  }
  socket.on("message", (query, from) => {
    takeUpdates();
    const end = query.indexOf(0, 12);
    const type = query.readUInt16BE(end + 1) as keyof typeof types;
    const labels: string[] = [];
    for (let at = 12; at < end; at += 1 + (query[at] ?? 0))
      labels.push(query.toString("latin1", at + 1, at + 1 + (query[at] ?? 0)));
    const values = zone[`${types[type]} ${labels.join(".")}`] ?? [];
    const header = Buffer.from(query.subarray(0, 12));
    header.writeUInt16BE(0x84_00, 2);
    header.writeUInt16BE(values.length, 6);
    header.writeUInt32BE(0, 8);
    const answers = values.map((value) => {
      const data = dataOf(type, value);
      const fixed = Buffer.alloc(12);
      fixed.writeUInt16BE(0xc0_0c, 0);
      fixed.writeUInt16BE(type, 2);
      fixed.writeUInt16BE(1, 4);
      fixed.writeUInt32BE(ttl, 6);
      fixed.writeUInt16BE(data.length, 10);
      return Buffer.concat([fixed, data]);
    });
    socket.send(Buffer.concat([header, query.subarray(12, end + 5), ...answers]), from.port, from.address);
  });
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  const before = process.env["PATH"];
  writeFileSync(join(folder, "nsupdate"), `#!/bin/sh\ncat >'${given}'\n`);
  chmodSync(join(folder, "nsupdate"), 0o755);
  process.env["PATH"] = `${folder}:${before ?? ""}`;
  context.after(() => {
    socket.close();
    process.env["PATH"] = before;
    rmSync(folder, { recursive: true, force: true });
  });
  const inputs: DnsRecordInputs = dnsRecord.inputs.parse({
    server: { address: "127.0.0.1", port: socket.address().port },
    zone: "example.org",
    name: "a.example.org",
    type: "A",
    values: ["203.0.113.7"],
    ttl: 300,
  });
  return {
    inputs,
    told,
  };
}

const provider = dnsRecordProvider();
const revealed: string[] = [];

function wanting(inputs: DnsRecordInputs): ProviderContext<DnsRecordInputs> {
  return {
    component: "dns-record/a.example.org",
    deployment: "example.org",
    inputs,
    prior: undefined,
    secrets: {
      reveal: (name) => Promise.resolve(`value ${String(revealed.push(name))}`),
      revision: () => "1",
    },
    progress: () => undefined,
    remember: () => Promise.resolve(),
    signal: new AbortController().signal,
  };
}

function knowing(inputs: DnsRecordInputs): RemovalContext {
  const prior = { inputs: inputs as unknown as JsonObject, status: "present" } as const;
  return { ...wanting(inputs), prior, rouse: () => Promise.resolve(true) };
}

test("a record that is not there is planned and made, with the key that the server wants", async (context) => {
  const { inputs: plain, told } = await nameServer(context, {});
  const key = { name: "deployer", algorithm: "hmac-sha256", secret: text`${secret("provider/dns-key")}` } as const;
  const inputs = { ...plain, server: { ...plain.server, key } };
  assert.deepEqual(await provider.diff(wanting(inputs)), {
    kind: "create",
    changes: [{ verb: "add", what: "record A a.example.org", detail: ["203.0.113.7 for 300 s"] }],
    drift: [],
    outputs: { name: "a.example.org" },
  });
  assert.deepEqual([told(), revealed], [[], []], "a plan tells the server nothing and needs no key");
  assert.deepEqual(await provider.reconcile(wanting(inputs)), {
    outcome: "created",
    outputs: { name: "a.example.org" },
  });
  assert.deepEqual(told(), [
    "key hmac-sha256:deployer value 1",
    "update delete a.example.org. A",
    "update add a.example.org. 300 A 203.0.113.7",
  ]);
});

test("a record that is as wanted is left alone, in whatever order its values come", async (context) => {
  const zone = { "A a.example.org": ["203.0.113.8", "203.0.113.7"], "AAAA a.example.org": ["2001:db8:0:0:0:0:0:7"] };
  const { inputs, told } = await nameServer(context, zone);
  const outputs = { name: "a.example.org" };
  const both = { ...inputs, values: ["203.0.113.7", "203.0.113.8"] };
  assert.deepEqual(await provider.diff(wanting(both)), { kind: "same", outputs });
  assert.deepEqual(await provider.reconcile(wanting(both)), { outcome: "unchanged", outputs });
  const v6: DnsRecordInputs = { ...inputs, type: "AAAA", values: ["2001:db8::7"] };
  assert.deepEqual(await provider.diff(wanting(v6)), { kind: "same", outputs });
  assert.deepEqual(told(), []);
});

test("other values and another time are a change; drift is what is there instead", async (context) => {
  const { inputs, told } = await nameServer(context, { "A a.example.org": ["203.0.113.9"] }, 60);
  const difference = await provider.diff(wanting(inputs));
  assert.deepEqual(difference, {
    kind: "update",
    changes: [{ verb: "change", what: "record A a.example.org", detail: ["203.0.113.9 → 203.0.113.7 for 300 s"] }],
    drift: [],
    outputs: { name: "a.example.org" },
  });
  assert.equal((await provider.diff(wanting({ ...inputs, values: ["203.0.113.9"] }))).kind, "update");
  assert.deepEqual(await provider.read(knowing(inputs)), {
    exists: true,
    outputs: { name: "a.example.org" },
    drift: ["it says 203.0.113.9"],
    health: [],
  });
  assert.equal((await provider.reconcile(wanting(inputs))).outcome, "updated");
  assert.equal(told().length, 2);
});

test("a name that led elsewhere by another type is freed of that in the same message, and the plan says so", async (context) => {
  const zone: Zone = { "A a.example.org": ["203.0.113.7"], "AAAA a.example.org": ["2001:db8:0:0:0:0:0:7"] };
  const { inputs, told } = await nameServer(context, zone);
  const named: DnsRecordInputs = { ...inputs, type: "CNAME", values: ["box.example.net"] };
  const v6: DnsRecordInputs = { ...inputs, type: "AAAA", values: ["2001:db8:0:0:0:0:0:9"] };
  const difference = await provider.diff(wanting(named));
  assert.equal(difference.kind, "update");
  assert.deepEqual("changes" in difference ? difference.changes : [], [
    { verb: "remove", what: "record A a.example.org", detail: ["203.0.113.7"] },
    { verb: "remove", what: "record AAAA a.example.org", detail: ["2001:db8::7"] },
    { verb: "add", what: "record CNAME a.example.org", detail: ["box.example.net for 300 s"] },
  ]);
  assert.equal((await provider.reconcile(wanting(named))).outcome, "updated");
  assert.deepEqual(told(), [
    "update delete a.example.org. A",
    "update delete a.example.org. AAAA",
    "update delete a.example.org. CNAME",
    "update add a.example.org. 300 CNAME box.example.net.",
  ]);
  assert.equal((await provider.diff(wanting(named))).kind, "same");
  assert.equal((await provider.reconcile(wanting(v6))).outcome, "updated");
  assert.deepEqual([zone["CNAME a.example.org"], zone["AAAA a.example.org"]], [[], v6.values]);
  assert.equal((await provider.reconcile(wanting(inputs))).outcome, "created", "addresses stand side by side");
  assert.deepEqual(zone["AAAA a.example.org"], v6.values);
});

test("what the server takes and passes over is said: a CNAME beside others", async (context) => {
  const { inputs } = await nameServer(context, { "TXT a.example.org": ["v=spf1 -all"] });
  const named: DnsRecordInputs = { ...inputs, type: "CNAME", values: ["box.example.net"] };
  await assert.rejects(provider.reconcile(wanting(named)), {
    code: "dns-not-taken",
    message: /it took the update, and says nothing for the name/,
  });
});

test("names and texts are compared as they are", async (context) => {
  const zone = { "CNAME a.example.org": ["box.example.net"], "TXT a.example.org": ['v=spf1 "a" -all'] };
  const { inputs } = await nameServer(context, zone);
  const kindOf = async (type: "CNAME" | "TXT", value: string): Promise<string> =>
    (await provider.diff(wanting({ ...inputs, type, values: [value] }))).kind;
  assert.equal(await kindOf("CNAME", "box.example.net"), "same");
  assert.equal(await kindOf("CNAME", "other.example.net"), "update");
  assert.equal(await kindOf("TXT", 'v=spf1 "a" -all'), "same");
});

test("one value written in two ways is one value: case, left out zeros, the dot at the end", async (context) => {
  const zone = {
    "AAAA a.example.org": ["2001:db8:0:0:0:0:0:7", "2001:db8:0:0:0:0:0:9"],
    "CNAME a.example.org": ["box.example.net"],
  };
  const { inputs, told } = await nameServer(context, zone);
  const v6: DnsRecordInputs = { ...inputs, type: "AAAA", values: ["2001:DB8:0::9", "2001:0db8::0007"] };
  const name: DnsRecordInputs = { ...inputs, type: "CNAME", values: ["Box.Example.NET."] };
  for (const wanted of [v6, name]) {
    assert.equal((await provider.diff(wanting(wanted))).kind, "same");
    assert.deepEqual(await provider.read(knowing(wanted)), {
      exists: true,
      outputs: { name: "a.example.org" },
      drift: [],
      health: [],
    });
  }
  const text: DnsRecordInputs = { ...inputs, type: "TXT", values: ["A"] };
  assert.equal((await provider.diff(wanting(text))).kind, "create");
  assert.deepEqual(told(), []);
  await provider.delete(knowing({ ...v6, values: ["2001:0DB8::7"] }));
  assert.equal(told().length, 1, "and is found again when it is deleted");
  assert.match(told()[0] ?? "", /^update delete a\.example\.org\. AAAA 2001:db8:[0:]*:7$/);
});

test("only what is ours is deleted, and what is gone already is no matter", async (context) => {
  const { inputs, told } = await nameServer(context, { "A a.example.org": ["203.0.113.7", "203.0.113.9"] });
  assert.deepEqual(await provider.read(knowing({ ...inputs, name: "b.example.org" })), { exists: false });
  await provider.delete(knowing({ ...inputs, name: "b.example.org" }));
  await provider.delete(knowing({ ...inputs, values: ["203.0.113.1"] }));
  assert.deepEqual(told(), []);
  await provider.delete(knowing(inputs));
  assert.deepEqual(told(), ["update delete a.example.org. A 203.0.113.7"]);
});

test("a name server that does not answer is named", async (context) => {
  const { inputs } = await nameServer(context, {});
  // Port 9 discards: nobody listens there.
  await assert.rejects(provider.diff(wanting({ ...inputs, server: { address: "127.0.0.1", port: 9 } })), {
    code: "dns-unreachable",
    message: /^127\.0\.0\.1 port 9: it does not answer/,
  });
});

test("one name and type is one thing outside, whoever makes it", () => {
  assert.equal(provider.identity?.({ name: "a.example.org", type: "A", ttl: 1 }), "a.example.org A");
});
