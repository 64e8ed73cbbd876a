import { randomUUID } from "node:crypto";
import { requireDebian } from "./debian.js";

const { WebSocketServer } = requireDebian("ws");

/** Notifications, as Engine.IO 4 with Socket.IO inside: one handshake, one connection, pings. */
function speakSocketIo(socket) {
  socket.send(
    `0${JSON.stringify({ sid: randomUUID(), upgrades: [], pingInterval: 25_000, pingTimeout: 20_000, maxPayload: 1e6 })}`,
  );
  socket.on("message", (data) => {
    const text = data.toString("utf8");
    if (text === "2") socket.send("3");
    else if (text.startsWith("40"))
      socket.send(
        `40${text.slice(2).split(",")[0].startsWith("/") ? `${text.slice(2).split(",")[0]},` : ""}${JSON.stringify({ sid: randomUUID() })}`,
      );
    else if (text.startsWith("42")) socket.send(text);
  });
}

/** The tracker of the peers that watch one video. */
function speakTracker(socket) {
  socket.on("message", (data) => {
    try {
      const { action, info_hash } = JSON.parse(data.toString("utf8"));
      if (action === "announce")
        socket.send(JSON.stringify({ action, info_hash, interval: 300, complete: 0, incomplete: 1 }));
    } catch {
      socket.close(1003);
    }
  });
}

const endpoints = [
  { path: /^\/socket\.io\/?$/, speak: speakSocketIo },
  { path: /^\/tracker\/socket\/?$/, speak: speakTracker },
];

export const isSocketPath = (path) => endpoints.some((endpoint) => endpoint.path.test(path));

/** Answers web sockets; a request without the proxy's headers is refused like any other. */
export function serveSockets(server, problemOf) {
  const sockets = new WebSocketServer({ noServer: true });
  server.on("upgrade", (request, socket, head) => {
    const { pathname } = new URL(request.url, "http://double");
    const endpoint = endpoints.find(({ path }) => path.test(pathname));
    const problem = endpoint === undefined ? "no web socket here" : problemOf(request);
    if (problem !== undefined) {
      socket.end(
        `HTTP/1.1 ${endpoint === undefined ? 404 : 403} Refused\r\nConnection: close\r\nContent-Type: text/plain\r\n\r\n${problem}\n`,
      );
      return;
    }
    sockets.handleUpgrade(request, socket, head, endpoint.speak);
  });
}
