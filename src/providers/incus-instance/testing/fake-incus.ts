import { spawnSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { createServer, type Server } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Instance } from "../instance.ts";

/** A certificate and its key, in PEM. */
export interface Certified {
  readonly certificate: string;
  readonly key: string;
  readonly fingerprint: string;
}

/** Makes a certificate that signs itself; undefined where there is no openssl. */
export function selfSigned(): Certified | undefined {
  const folder = mkdtempSync(join(tmpdir(), "fediversity-certificate-"));
  try {
    const [keyFile, file] = [join(folder, "key"), join(folder, "crt")];
    const algorithm = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
    const names = ["-subj", "/CN=test", "-keyout", keyFile, "-out", file];
    if (spawnSync("openssl", ["req", "-x509", ...algorithm, ...names]).status !== 0) return undefined;
    const certificate = readFileSync(file, "utf8");
    const fingerprint = new X509Certificate(certificate).fingerprint256.replaceAll(":", "").toLowerCase();
    return { certificate, key: readFileSync(keyFile, "utf8"), fingerprint };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What the tests' cluster remembers: instances, operations that go on, and what it was asked. */
export interface FakeIncus {
  readonly address: string;
  readonly instances: Map<string, Instance>;
  /** `METHOD /path`, in order. */
  readonly requests: string[];
  /** Refuses the next request to which this is the answer. */
  refuse: ((request: string) => string | undefined) | undefined;
  readonly close: () => Promise<void>;
}

type Body = Partial<Instance> & { readonly action?: string };

const network = {
  eth0: { hwaddr: "00:16:3e:00:00:01", addresses: [{ family: "inet", address: "10.0.0.5", scope: "global" }] },
};

/** Starts an API that answers as far as the tests ask; each operation needs one wait before it is done. */
export async function fakeIncus({ certificate, key }: Certified): Promise<FakeIncus> {
  const instances = new Map<string, Instance>();
  const operations = new Map<string, () => void>();
  const requests: string[] = [];
  const begin = (work: () => void): object => {
    const id = `operation-${String(requests.length)}`;
    operations.set(id, work);
    return { type: "async", operation: `/1.0/operations/${id}?project=default`, metadata: { id } };
  };
  const set = (name: string, more: Partial<Instance>): void => {
    instances.set(name, { ...(instances.get(name) as Instance), ...more });
  };
  const sync = (metadata: unknown): object => ({ type: "sync", metadata });
  const missing = { type: "error", error: "Instance not found", error_code: 404 };

  const create = (body: Body): object => {
    const name = body.name ?? "";
    if (instances.has(name)) return { type: "error", error: `Instance "${name}" already exists`, error_code: 409 };
    const config = { ...body.config, "volatile.eth0.hwaddr": network.eth0.hwaddr };
    // The record is there as soon as the operation begins, as in the real one.
    const made = { name, type: body.type ?? "", status: "Stopped", location: "one", profiles: [], state: null };
    instances.set(name, { ...made, config, devices: body.devices ?? {} });
    return begin(() => undefined);
  };
  const one = (method: string, name: string, below: string, body: Body): object => {
    const found = instances.get(name);
    if (found === undefined) return missing;
    if (method === "GET") return sync(found);
    if (method === "DELETE") return begin(() => instances.delete(name));
    if (below === "state") {
      const running = body.action === "start";
      return begin(() => set(name, { status: running ? "Running" : "Stopped", state: running ? { network } : null }));
    }
    return begin(() =>
      set(name, { config: { ...found.config, ...body.config }, devices: { ...found.devices, ...body.devices } }),
    );
  };
  const answer = (method: string, path: string, body: Body): object => {
    const [, , kind = "", name = "", below = ""] = path.split("/");
    if (kind === "operations" && name === "") return sync({ running: [] });
    if (kind === "operations") {
      operations.get(name)?.();
      operations.delete(name);
      return sync({ id: name, status_code: 200, err: "", description: "" });
    }
    if (name !== "") return one(method, name, below, body);
    return method === "POST" ? create(body) : sync([...instances.values()]);
  };

  const fake: { refuse: FakeIncus["refuse"] } = { refuse: undefined };
  const server: Server = createServer({ cert: certificate, key, requestCert: true, ca: certificate });
  server.on("request", (request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const path = (request.url ?? "").replace(/\?.*/, "");
      const asked = `${request.method ?? ""} ${path}`;
      requests.push(asked);
      const text = Buffer.concat(chunks).toString("utf8");
      const refused = fake.refuse?.(asked);
      const body = (text === "" ? {} : JSON.parse(text)) as Body;
      const given =
        refused === undefined
          ? answer(request.method ?? "", path, body)
          : { type: "error", error: refused, error_code: 500 };
      if (refused !== undefined) response.statusCode = 500;
      response.end(JSON.stringify(given));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return Object.assign(fake, {
    address: `https://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    instances,
    requests,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  });
}
