import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { test } from "node:test";
import { connect } from "node:tls";
import { serverName } from "./server-name.ts";

/** What a real TLS client says first. */
async function helloFor(servername: string | undefined): Promise<Buffer> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const client = connect({ port, host: "127.0.0.1", ...(servername === undefined ? {} : { servername }) });
  client.on("error", () => undefined);
  const [socket] = (await once(server, "connection")) as [NodeJS.ReadableStream & { destroy(): void }];
  const [bytes] = (await once(socket, "data")) as [Buffer];
  client.destroy();
  socket.destroy();
  server.close();
  return bytes;
}

test("the name of a real client's first message is found, however it is cut", async () => {
  const hello = await helloFor("snac.example.localhost");
  assert.deepEqual(serverName(hello), { whole: true, name: "snac.example.localhost" });
  for (let length = 0; length < hello.length; length += 7) {
    assert.deepEqual(serverName(hello.subarray(0, length)), { whole: false }, `${String(length)} bytes`);
  }
});

test("what asks for no name, and what is no TLS, is answered by nobody", async () => {
  assert.deepEqual(serverName(await helloFor(undefined)), { whole: true });
  assert.deepEqual(serverName(Buffer.from("GET / HTTP/1.1\r\n")), { whole: true });
  assert.deepEqual(serverName(Buffer.from([22, 3, 1, 0, 3, 1, 0, 0])), { whole: true });
});
