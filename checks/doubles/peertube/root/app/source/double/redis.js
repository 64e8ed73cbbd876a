import { connect } from "node:net";

/** One RESP reply at the begin of some bytes, and how many bytes it took; undefined while it is not whole. */
function parse(buffer, at = 0) {
  const end = buffer.indexOf("\r\n", at);
  if (end < 0) return undefined;
  const line = buffer.toString("utf8", at + 1, end);
  const next = end + 2;
  switch (String.fromCharCode(buffer[at])) {
    case "+":
      return { value: line, next };
    case "-":
      return { value: new Error(line), next };
    case ":":
      return { value: Number(line), next };
    case "$": {
      const size = Number(line);
      if (size < 0) return { value: null, next };
      if (buffer.length < next + size + 2) return undefined;
      return { value: buffer.toString("utf8", next, next + size), next: next + size + 2 };
    }
    case "*": {
      const items = [];
      let position = next;
      for (let index = 0; index < Number(line); index++) {
        const item = parse(buffer, position);
        if (item === undefined) return undefined;
        items.push(item.value);
        position = item.next;
      }
      return { value: items, next: position };
    }
    default:
      throw new Error("the answer is not of the Redis protocol");
  }
}

/**
 * Connects to a Redis or Valkey server and logs in.
 * @returns a function that sends one command and gives its reply
 */
export async function connectRedis(get) {
  const where =
    get("redis.hostname") === undefined
      ? { path: get("redis.socket") }
      : { host: get("redis.hostname"), port: get("redis.port") };
  const socket = connect(where);
  const waiting = [];
  let received = Buffer.alloc(0);
  socket.on("data", (chunk) => {
    received = Buffer.concat([received, chunk]);
    for (let reply = parse(received); reply !== undefined; reply = parse(received)) {
      received = received.subarray(reply.next);
      const { resolve, reject } = waiting.shift();
      if (reply.value instanceof Error) reject(reply.value);
      else resolve(reply.value);
    }
  });
  await new Promise((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("error", reject);
  });
  const fail = (error) => {
    for (const { reject } of waiting.splice(0)) reject(error ?? new Error("the connection ended"));
  };
  socket.on("error", fail);
  socket.on("close", () => fail());
  const command = (...args) =>
    new Promise((resolve, reject) => {
      if (socket.destroyed) return reject(new Error("the connection ended"));
      waiting.push({ resolve, reject });
      const parts = args.map(String).map((text) => `$${Buffer.byteLength(text)}\r\n${text}\r\n`);
      socket.write(`*${args.length}\r\n${parts.join("")}`);
    });
  if (get("redis.auth") !== undefined) await command("AUTH", get("redis.auth"));
  await command("SELECT", get("redis.db"));
  return { command, end: () => socket.end() };
}
