import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { connect, createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { openLabRelay } from "./lab-relay.ts";

test("a relay passes on what both sides say and leaves nothing behind", async () => {
  const folder = await mkdtemp(join(tmpdir(), "fediversity-relay-"));
  const service = createServer({ allowHalfOpen: true }, (socket) => {
    void text(socket).then((question) => socket.end(`you said ${question}`));
  });
  service.listen(0, "127.0.0.1");
  await once(service, "listening");
  try {
    const { port } = service.address() as AddressInfo;
    // Without a command before it, the relay's process is in this computer's own network.
    const relay = await openLabRelay({ folder, namespaceCommand: [] }, { address: "127.0.0.1", port });
    const answers = await Promise.all(
      ["one", "two"].map((word) => {
        const socket = connect({ port: relay.port, host: "127.0.0.1", allowHalfOpen: true });
        socket.end(word);
        return text(socket);
      }),
    );
    assert.deepEqual(answers, ["you said one", "you said two"]);

    const open = connect({ port: relay.port, host: "127.0.0.1" });
    await once(open, "connect");
    await Promise.all([relay.close(), once(open, "close")]);
    await relay.close();
    assert.deepEqual(await readdir(folder), []);
  } finally {
    service.close();
    await rm(folder, { recursive: true });
  }
});

test("a relay that cannot start says so", async () => {
  const folder = await mkdtemp(join(tmpdir(), "fediversity-relay-"));
  const target = { address: "127.0.0.1", port: 1 };
  try {
    await assert.rejects(openLabRelay({ folder, namespaceCommand: ["false"] }, target), { code: "check-relay" });
    await assert.rejects(openLabRelay({ folder, namespaceCommand: ["/no/such"] }, target), { code: "check-relay" });
  } finally {
    await rm(folder, { recursive: true });
  }
});
