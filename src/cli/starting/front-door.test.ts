import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { test } from "node:test";
import { connect as connectTls } from "node:tls";
import { openFrontDoor } from "./front-door.ts";

// Beside whatever else listens on this computer.
const address = `127.${[process.pid >> 16, process.pid >> 8, process.pid].map((part) => String(part & 255)).join(".")}`;

/** What a real TLS client says first. */
async function helloFor(servername: string): Promise<Buffer> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const client = connectTls({ port, host: "127.0.0.1", servername });
  client.on("error", () => undefined);
  const [socket] = (await once(server, "connection")) as [Socket];
  const [bytes] = (await once(socket, "data")) as [Buffer];
  client.destroy();
  socket.destroy();
  server.close();
  return bytes;
}

/** A machine whose web server sends back what it gets; undefined for those who may not listen on its port. */
async function machine(): Promise<Server | undefined> {
  const server = createServer((socket) => void socket.pipe(socket));
  server.listen(443, address);
  try {
    await once(server, "listening");
    return server;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EACCES") return undefined;
    throw error;
  }
}

/** What comes back until there is as much as was sent, or the end. */
async function answer(client: Socket, length: number): Promise<Buffer> {
  let bytes = Buffer.alloc(0);
  for await (const chunk of client) {
    bytes = Buffer.concat([bytes, chunk as Buffer]);
    if (bytes.length >= length) break;
  }
  return bytes;
}

test("connections go unread to the machine whose name they ask for, and others nowhere", async (context) => {
  const behind = await machine();
  if (behind === undefined) {
    context.skip("only root may listen on port 443");
    return;
  }
  context.after(() => behind.close());
  const door = await openFrontDoor((name) => Promise.resolve(name === "snac.example.localhost" ? address : undefined));
  const enter = async (pieces: readonly Buffer[], length: number): Promise<Buffer> => {
    const client = connect(door.port, "127.0.0.1").setNoDelay();
    client.on("error", () => undefined);
    for (const piece of pieces) {
      client.write(piece);
      await new Promise((done) => setTimeout(done, 5));
    }
    const got = await answer(client, length);
    client.destroy();
    return got;
  };
  const hello = await helloFor("snac.example.localhost");
  assert.deepEqual(await enter([hello], hello.length), hello);
  const more = Buffer.concat([hello, Buffer.from("more")]);
  assert.deepEqual(await enter([more.subarray(0, 40), more.subarray(40)], more.length), more, "however it is cut");
  const stranger = await helloFor("other.example.localhost");
  assert.equal((await enter([stranger], 1)).length, 0);
  assert.equal((await enter([Buffer.from("GET / HTTP/1.1\r\n\r\n")], 1)).length, 0);
  await door.close();
  const late = connect(door.port, "127.0.0.1");
  await assert.rejects(once(late, "connect"), { code: "ECONNREFUSED" });
});

test("where its port is taken there is another", async () => {
  const doors = [
    await openFrontDoor(() => Promise.resolve(undefined)),
    await openFrontDoor(() => Promise.resolve(undefined)),
  ] as const;
  assert.notEqual(doors[0].port, doors[1].port);
  await Promise.all(doors.map(({ close }) => close()));
});
