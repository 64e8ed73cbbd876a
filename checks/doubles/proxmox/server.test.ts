import assert from "node:assert/strict";
import { test } from "node:test";
import { Failure } from "../../../src/model/failure.ts";
import { openApi, type ApiOptions } from "../../../src/providers/proxmox-vm/api/api.ts";
import { requestOf } from "../../../src/providers/proxmox-vm/api/calls.ts";
import { trustingAgent } from "../../../src/providers/proxmox-vm/api/pinned-connection.ts";
import { exchange } from "../../../src/providers/proxmox-vm/api/transport.ts";
import { startDouble } from "./testing.ts";

const attempt = { attempted: "list", subject: "the cluster" };
const token = "fediversity@pve!deployer=5a2a1f9e-0a35-4f2c-9a42-canary000001";

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return "nothing";
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    assert.doesNotMatch(JSON.stringify(error.report), /canary/);
    return error.code;
  }
}

test("a pinned fingerprint or an authority lets the client in; anybody else does not get the token", async (context) => {
  const { endpoint, fingerprint, authority, cluster } = await startDouble(context);
  const list = (options: Partial<ApiOptions>): Promise<string> =>
    codeOf(
      openApi({ endpoints: [endpoint], trust: undefined, token: () => Promise.resolve(token), ...options })(
        "resources",
        {},
        attempt,
      ),
    );
  assert.equal(await list({ trust: { fingerprints: [fingerprint] } }), "nothing");
  assert.equal(await list({ trust: { fingerprints: [fingerprint.toLowerCase().replaceAll(":", "")] } }), "nothing");
  assert.equal(await list({ trust: { authority } }), "nothing");
  const before = cluster.calls.length;
  const other = Array.from({ length: 32 }, () => "AB").join(":");
  assert.equal(await list({ trust: { fingerprints: [other] } }), "proxmox-untrusted");
  assert.equal(await list({ trust: undefined }), "proxmox-untrusted");
  assert.equal(cluster.calls.length, before);
  assert.equal(
    await list({ trust: { authority }, token: () => Promise.resolve("a@pve!bb=canary") }),
    "proxmox-credentials",
  );
});

test("another node of the cluster is asked when the first does not answer, and nobody when none does", async (context) => {
  const { endpoint, fingerprint } = await startDouble(context);
  const nobody = "https://127.0.0.1:1";
  const options = { trust: { fingerprints: [fingerprint] }, token: () => Promise.resolve(token) };
  assert.equal(await codeOf(openApi({ ...options, endpoints: [nobody, endpoint] })("version", {}, attempt)), "nothing");
  assert.equal(
    await codeOf(openApi({ ...options, endpoints: [nobody] })("version", {}, attempt)),
    "proxmox-unreachable",
  );
});

test("parameters travel as Proxmox takes them", () => {
  const clone = { node: "pve1", vmid: 9000, newid: 100, name: "snac", description: "a & b", full: true } as const;
  assert.deepEqual(requestOf("clone", clone), {
    method: "POST",
    path: "/nodes/pve1/qemu/9000/clone",
    body: "newid=100&name=snac&description=a%20%26%20b&full=1",
  });
  const read = requestOf("agentReadFile", { node: "pve1", vmid: 100, file: "/etc/ssh/key.pub" });
  assert.equal(read.path, "/nodes/pve1/qemu/100/agent/file-read?file=%2Fetc%2Fssh%2Fkey.pub");
  assert.throws(() => requestOf("resize", { node: "pve1", vmid: 100, disk: "scsi0", size: "10 G" }));
  assert.throws(() => requestOf("start", { node: "../x", vmid: 100 }));
});

test("without a ticket nobody is let in; with one, what changes something takes the token against forgery as well", async (context) => {
  const { endpoint, authority } = await startDouble(context);
  const agent = trustingAgent(endpoint, { authority }, { keepAlive: false });
  const login = {
    method: "POST",
    path: "/access/ticket",
    body: "username=a%40pve&password=5a2a1f9e-0a35-4f2c-9a42-canary000001",
  } as const;
  const { body } = await exchange(endpoint, login, { agent, token });
  const { data } = JSON.parse(body) as { data: { ticket: string; CSRFPreventionToken: string } };
  const send = async (headers: Readonly<Record<string, string>>, method = "POST"): Promise<number> => {
    const { request } = await import("node:https");
    return await new Promise((resolve, reject) => {
      const url = `${endpoint}/api2/json${method === "GET" ? "/version" : "/nodes/pve1/qemu/9000/status/shutdown"}`;
      const outgoing = request(url, { method, ca: authority, headers }, (incoming) => {
        incoming.resume();
        resolve(incoming.statusCode ?? 0);
      });
      outgoing.once("error", reject);
      outgoing.end();
    });
  };
  const cookie = `PVEAuthCookie=${encodeURIComponent(data.ticket)}`;
  assert.deepEqual(
    [
      await send({}),
      await send({ cookie: "PVEAuthCookie=PVE%3Aforged" }),
      await send({ cookie }),
      await send({ cookie }, "GET"),
      await send({ cookie, csrfpreventiontoken: "wrong" }),
      await send({ cookie, csrfpreventiontoken: data.CSRFPreventionToken }),
    ],
    [401, 401, 401, 200, 401, 200],
  );
});

test("locks, numbers that are taken, unknown nodes and nodes that are down are told as Proxmox tells them", async (context) => {
  const { endpoint, fingerprint, cluster } = await startDouble(context, { cloneTime: 5000 });
  const call = openApi({
    endpoints: [endpoint],
    trust: { fingerprints: [fingerprint] },
    token: () => Promise.resolve(token),
  });
  const template = { node: "pve1", vmid: 9000 };
  const clone = { ...template, newid: 100, name: "snac", description: "", full: true };
  await call("clone", clone, attempt);
  await assert.rejects(call("nextId", { vmid: 9000 }, attempt), /VM 9000 already exists/);
  while (!cluster.vms.has(100)) await new Promise((resolve) => void setTimeout(resolve, 1));
  await assert.rejects(call("clone", clone, attempt), /unable to create VM 100: config file already exists/);
  await assert.rejects(call("configure", { node: "pve1", vmid: 100, cores: 2 }, attempt), /VM is locked \(clone\)/);
  await assert.rejects(
    call("config", { node: "pve2", vmid: 9000 }, attempt),
    /Configuration file 'nodes\/pve2\/qemu-server\/9000\.conf' does not exist/,
  );
  cluster.down.add("pve2");
  await assert.rejects(call("tasks", { node: "pve2" }, attempt), /No route to host/);
});
