// @ts-nocheck -- runs on Debian's Node 20 in the image, with Debian's packages
/* oxlint-disable */
"use strict";
const { readFileSync, rmSync } = require("node:fs");
const { createServer } = require("node:http");
const { WebSocketServer } = require("ws");
const { accountOf, connectCache, connectDatabase, schemaProblem } = require("./backends.js");
const { settingsProblems, withoutSecrets } = require("./settings.js");

const { env } = process;
const build = JSON.parse(readFileSync("/etc/double.json", "utf8"));
const database = connectDatabase(env);
let cache;
let subscriber;

/** Ends the process, with one line for each problem. */
function stop(problems) {
  for (const problem of problems) console.error(`double: ${withoutSecrets(problem, env)}`);
  process.exit(1);
}

const databaseName = env.DATABASE_URL ? "DATABASE_URL" : "DB_HOST";
const cacheName = env.REDIS_URL ? "REDIS_URL" : "REDIS_HOST";

async function start() {
  const settings = settingsProblems(env);
  if (settings.length > 0) stop(settings);
  const problems = [];
  try {
    const problem = await schemaProblem(database, build.version);
    if (problem !== undefined) problems.push(`migrations: ${problem}`);
  } catch (error) {
    problems.push(`${databaseName}: cannot use the database: ${error.message}`);
  }
  try {
    cache = await connectCache(env);
    subscriber = await connectCache(env);
  } catch (error) {
    problems.push(`${cacheName}: cannot use the cache: ${error.message || error.code}`);
  }
  if (problems.length > 0) stop(problems);
  // A socket file of a process that was killed would be in the way.
  if (env.SOCKET) rmSync(env.SOCKET, { force: true });
  server.listen(
    env.SOCKET ? { path: env.SOCKET } : { host: env.BIND ?? "127.0.0.1", port: Number(env.PORT ?? 4000) },
    () => {
      console.log(`streaming (contract double ${build.version}) listens on ${env.SOCKET ?? env.PORT ?? 4000}`);
    },
  );
}

async function health() {
  if (build.fault === "unhealthy") throw new Error("was built to be unhealthy");
  await database.query("SELECT 1");
  await cache.ping();
}

const server = createServer((request, response) => {
  const { pathname } = new URL(request.url, "http://localhost");
  const answer = (status, text) => response.writeHead(status, { "content-type": "text/plain" }).end(text);
  if (pathname === "/metrics") return answer(200, `connected_clients ${sockets.clients.size}\n`);
  if (pathname !== "/api/v1/streaming/health") return answer(404, "Not found");
  return health().then(
    () => answer(200, "OK"),
    (error) => answer(503, `double: ${withoutSecrets(error.message, env)}`),
  );
});

const sockets = new WebSocketServer({ noServer: true });
const channels = {
  user: (account) => `timeline:${account}`,
  public: () => "timeline:public",
  "public:local": () => "timeline:public:local",
};

/** Says why an upgrade is refused, as a status and words. */
async function refusal(request, url) {
  if (url.pathname !== "/api/v1/streaming" && url.pathname !== "/api/v1/streaming/")
    return ["404 Not Found", "unknown path"];
  if (!request.headers["x-forwarded-for"])
    return ["400 Bad Request", "double: X-Forwarded-For is missing: the proxy must tell who asks"];
  if (request.headers["x-forwarded-proto"] !== "https")
    return ["400 Bad Request", "double: X-Forwarded-Proto: https is missing"];
  const token = url.searchParams.get("access_token") ?? request.headers["sec-websocket-protocol"];
  if (!token) return ["401 Unauthorized", "Missing access token"];
  request.account = await accountOf(database, token);
  if (request.account === undefined) return ["401 Unauthorized", "Invalid access token"];
  const stream = url.searchParams.get("stream");
  if (stream !== null && !Object.hasOwn(channels, stream)) return ["400 Bad Request", "Unknown stream type"];
  return undefined;
}

server.on("upgrade", (request, socket, head) => {
  const url = new URL(request.url, "http://localhost");
  socket.on("error", () => socket.destroy());
  refusal(request, url)
    .catch((error) => ["500 Internal Server Error", withoutSecrets(error.message, env)])
    .then((refused) => {
      if (refused === undefined)
        return sockets.handleUpgrade(request, socket, head, (client) => serve(client, request.account.account_id, url));
      const [status, words] = refused;
      return socket.end(
        `HTTP/1.1 ${status}\r\ncontent-type: text/plain\r\nconnection: close\r\ncontent-length: ${Buffer.byteLength(words)}\r\n\r\n${words}`,
      );
    });
});

function serve(client, account, url) {
  const listeners = new Map();
  const subscribe = async (stream) => {
    if (!Object.hasOwn(channels, stream) || listeners.has(stream)) return;
    const listener = (text) => {
      const { event, payload } = JSON.parse(text);
      client.send(JSON.stringify({ stream: [stream], event, payload: JSON.stringify(payload) }));
    };
    listeners.set(stream, listener);
    await subscriber.subscribe(channels[stream](account), listener);
  };
  const unsubscribe = async (stream) => {
    const listener = listeners.get(stream);
    listeners.delete(stream);
    if (listener !== undefined) await subscriber.unsubscribe(channels[stream](account), listener);
  };
  const failed = (error) => client.send(JSON.stringify({ error: withoutSecrets(error.message, env) }));
  client.on("message", (data) => {
    try {
      const { type, stream } = JSON.parse(data);
      if (type === "subscribe") subscribe(stream).catch(failed);
      if (type === "unsubscribe") unsubscribe(stream).catch(failed);
    } catch {
      failed(new Error("Malformed JSON"));
    }
  });
  client.on("error", () => client.terminate());
  client.on("close", () => [...listeners.keys()].forEach((stream) => unsubscribe(stream).catch(() => {})));
  const stream = url.searchParams.get("stream");
  if (stream !== null) subscribe(stream).catch(failed);
}

server.on("error", (error) => stop([`PORT: cannot listen: ${error.message}`]));
for (const signal of ["SIGTERM", "SIGINT"]) process.on(signal, () => process.exit(0));
start();
