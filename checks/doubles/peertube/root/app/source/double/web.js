import { createServer } from "node:http";
import { milliseconds } from "./configuration.js";
import { databaseProblem } from "./database.js";
import { Refusal, sendJson, sendRefusal } from "./http.js";
import { instanceRoutes } from "./instance.js";
import { pageRoutes } from "./pages.js";
import { readProxyHeaders, trustedProxies } from "./proxy.js";
import { about, log, warn } from "./report.js";
import { isSocketPath, serveSockets } from "./sockets.js";
import { userReader, userRoutes } from "./users.js";
import { videoRoutes } from "./videos.js";

/** Counts requests of one client in Redis, so that limits are shared and survive a restart. */
function limiter(redis) {
  return async (name, client, most, window) => {
    const key = `rate-limit-${name}-${client}`;
    const count = await redis.command("INCR", key);
    if (count === 1) await redis.command("PEXPIRE", key, window);
    if (count > most) throw new Refusal(429, "Too many requests, please try again later.", "rate_limit_exceeded");
  };
}

/** Serves the instance until it is told to end. */
export function serve({ get, database, redis, storage }) {
  const host = get("webserver.hostname");
  const webserver = `https://${host}`;
  const proxy = { host, isTrusted: trustedProxies(get("trust_proxy")) };
  const limit = limiter(redis);
  const context = { get, database, redis, storage, webserver, limit, requireUser: userReader({ get, database }) };
  const routes = [videoRoutes, userRoutes, instanceRoutes, pageRoutes].flatMap((part) => part(context));
  const seen = new Set();

  // Said once each: a missing header comes with every request.
  const complain = (problem) => {
    if (seen.has(problem) || seen.size > 50) return;
    seen.add(problem);
    process.stderr.write(`double: proxy: ${problem}\n`);
  };

  async function answer(request, response) {
    const url = new URL(request.url, webserver);
    if (about.fault === "unhealthy") throw new Refusal(500, "broken on purpose");
    // The one path that tells whether the process lives, whoever asks.
    if (request.method === "GET" && url.pathname === "/api/v1/ping") {
      response.writeHead(200, { "content-type": "text/plain" }).end("pong");
      return;
    }
    const { problem, client } = readProxyHeaders(request, proxy);
    if (problem !== undefined) {
      complain(problem);
      throw new Refusal(403, problem);
    }
    if (isSocketPath(url.pathname))
      throw new Refusal(426, "a web socket: the proxy must pass on Upgrade and Connection");
    if (url.pathname.startsWith("/api/"))
      await limit("api", client, get("rates_limit.api.max"), milliseconds(get("rates_limit.api.window")));
    for (const [method, pattern, handle] of routes) {
      const match = pattern.exec(url.pathname);
      if (match !== null && method === (request.method === "HEAD" ? "GET" : request.method)) {
        await handle({ request, response, url, match, client });
        return;
      }
    }
    throw new Refusal(404, "Not found");
  }

  const server = createServer((request, response) => {
    response.setHeader("x-powered-by", "PeerTube");
    answer(request, response).catch((error) => {
      if (!(error instanceof Refusal))
        warn(`${request.method} ${new URL(request.url, webserver).pathname}: ${databaseProblem(error)}`);
      if (response.headersSent) response.destroy();
      else if (error instanceof Refusal) sendRefusal(response, error);
      else sendJson(response, 500, { status: 500, detail: databaseProblem(error), error: "Internal Server Error" });
    });
  });
  // Large uploads take long: only a silent client is cut off.
  server.requestTimeout = milliseconds(get("http_timeouts.request") ?? "5 minutes");
  serveSockets(server, (request) => {
    const { problem } = readProxyHeaders(request, proxy);
    if (problem !== undefined) complain(problem);
    return about.fault === "unhealthy" ? "broken on purpose" : problem;
  });
  const where = { host: get("listen.hostname"), port: get("listen.port") };
  server.on("error", (error) => {
    process.stderr.write(`double: listen: ${where.host}:${where.port}: ${error.code}\n`);
    process.exit(1);
  });
  server.listen(where, () => log(`HTTP server listening on ${where.host}:${where.port}`));
  return server;
}
