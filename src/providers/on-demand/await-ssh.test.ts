import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { test } from "node:test";
import { Failure } from "../../model/failure.ts";
import { awaitSsh } from "./await-ssh.ts";

const details = (): Promise<readonly string[]> => Promise.resolve(["last line of the console"]);
const address = "127.0.0.1";

/** A server that says something to whoever connects. */
async function saying(text: () => string) {
  const server = createServer((socket) => socket.end(text()));
  server.listen(0, address);
  await once(server, "listening");
  return { port: (server.address() as AddressInfo).port, close: () => server.close() };
}

test("a machine is there when its SSH server greets, and not when something else answers", async () => {
  let tries = 0;
  const { port, close } = await saying(() => ((tries += 1) < 3 ? "Not yet\r\n" : "SSH-2.0-OpenSSH_10.0\r\n"));
  try {
    const { signal } = new AbortController();
    await awaitSsh({ machine: "snac", address, port, timeout: 10_000, signal, details });
    assert.equal(tries, 3);
  } finally {
    close();
  }
});

test("one that never greets is named, with what it printed", async () => {
  const { port, close } = await saying(() => "220 mail\r\n");
  try {
    const { signal } = new AbortController();
    await assert.rejects(
      awaitSsh({ machine: "snac", address, port, timeout: 200, signal, details }),
      (error: unknown) => {
        assert.ok(error instanceof Failure);
        assert.equal(error.code, "machine-unreachable");
        assert.deepEqual(error.report.details, ["last line of the console"]);
        return true;
      },
    );
  } finally {
    close();
  }
});

test("waiting ends when the run does", async () => {
  const aborting = new AbortController();
  const { port, close } = await saying(() => {
    aborting.abort();
    return "";
  });
  try {
    const { signal } = aborting;
    await assert.rejects(awaitSsh({ machine: "snac", address, port, timeout: 10_000, signal, details }), {
      name: "AbortError",
    });
  } finally {
    close();
  }
});
