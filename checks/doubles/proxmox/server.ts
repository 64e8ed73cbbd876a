import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server } from "node:https";
import type { IncomingMessage, ServerResponse } from "node:http";
import { carryOut } from "./carry-out.ts";
import type { Certificate } from "./certificate.ts";
import { isRefused, refuse, type Cluster } from "./cluster.ts";
import { methods } from "./methods.ts";
import { need } from "./permissions.ts";
import { verify } from "./schema.ts";

type Given = Readonly<Record<string, string>>;

interface Ticket {
  readonly ticket: string;
  readonly csrf: string;
}

const templates = Object.keys(methods).map((call) => {
  const [method = "", path = ""] = call.split(" ");
  return { call, method, pattern: new RegExp(`^${path.replaceAll(/\{(\w+)\}/g, "(?<$1>[^/]+)")}$`) };
});

function routeOf(method: string, path: string): { readonly call: string; readonly placed: Given } {
  const fitting = templates.flatMap((template) => {
    const match = template.pattern.exec(path);
    return match === null ? [] : [{ ...template, groups: match.groups ?? {} }];
  });
  const found = fitting.find((template) => template.method === method);
  if (found === undefined) throw refuse(501, `Method '${method} ${path}' not implemented`);
  const placed = Object.entries(found.groups).map(([key, value]) => [key, decodeURIComponent(value)]);
  return { call: found.call, placed: Object.fromEntries(placed) as Given };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

/** Whoever calls: by token, or by ticket and, for what changes something, the token against forged requests. */
function authenticate(cluster: Cluster, request: IncomingMessage, tickets: readonly Ticket[]): void {
  const { authorization, cookie, csrfpreventiontoken } = request.headers;
  if (authorization !== undefined) {
    const match = /^PVEAPIToken=(?<id>[^=]+)=(?<secret>.+)$/.exec(authorization);
    if (match === null) throw refuse(401, "no valid API token");
    if (match.groups?.["id"] !== cluster.token.id) throw refuse(401, "no such token");
    if (match.groups?.["secret"] !== cluster.token.secret) throw refuse(401, "invalid token value!");
    return;
  }
  const ticket = tickets.find((one) => cookie?.includes(`PVEAuthCookie=${encodeURIComponent(one.ticket)}`) === true);
  if (ticket === undefined)
    throw refuse(401, cookie === undefined ? "No ticket" : "permission denied - invalid PVE ticket");
  if (request.method !== "GET" && csrfpreventiontoken !== ticket.csrf) {
    throw refuse(401, "Permission denied - invalid csrf token");
  }
}

async function answer(cluster: Cluster, request: IncomingMessage, tickets: Ticket[]): Promise<unknown> {
  const url = new URL(request.url ?? "/", "https://double");
  const path = url.pathname.replace(/^\/api2\/json/, "");
  const body = await bodyOf(request);
  const form = [...url.searchParams, ...new URLSearchParams(body)];
  const call = routeOf(request.method ?? "GET", path);
  const given: Given = { ...Object.fromEntries(form), ...call.placed };
  if (call.call !== "POST /access/ticket") authenticate(cluster, request, tickets);
  const method = methods[call.call];
  const { node } = call.placed;
  if (method?.onNode === true && node !== undefined) {
    if (cluster.options.nodes[node] === undefined) throw refuse(500, `hostname lookup '${node}' failed`);
    if (cluster.down.has(node)) throw refuse(595, "No route to host");
  }
  const errors = verify(method?.parameters ?? {}, given);
  if (Object.keys(errors).length > 0) throw refuse(400, "Parameter verification failed.", errors);
  for (const { path: template, privileges } of method?.needs ?? []) {
    need(
      cluster,
      template.replaceAll(/\{(\w+)\}/g, (_, key: string) => given[key] ?? ""),
      ...privileges,
    );
  }
  if (call.call === "POST /access/ticket") {
    const user = `${given["username"] ?? ""}${given["realm"] === undefined ? "" : `@${given["realm"]}`}`;
    if (given["password"] !== cluster.token.secret) throw refuse(401, "authentication failure");
    const ticket = { ticket: `PVE:${user}:${randomBytes(8).toString("hex")}`, csrf: randomBytes(8).toString("hex") };
    tickets.push(ticket);
    return { ticket: ticket.ticket, CSRFPreventionToken: ticket.csrf, username: user };
  }
  await cluster.before(call.call, given);
  cluster.calls.push(call.call);
  return await carryOut(cluster, call.call, given);
}

function send(response: ServerResponse, code: number, message: string, body: unknown): void {
  response.writeHead(code, message.trim().split("\n")[0] ?? "", { "content-type": "application/json;charset=UTF-8" });
  response.end(body === undefined ? "" : JSON.stringify(body));
}

/** Serves the API of a cluster over HTTPS. @returns its port, and what ends it */
export async function serve(
  cluster: Cluster,
  certificate: Certificate,
  listen: { readonly host?: string; readonly socket?: string } = {},
): Promise<{ readonly port: number; readonly close: () => Promise<void> }> {
  const tickets: Ticket[] = [];
  const server: Server = createServer({ key: certificate.key, cert: certificate.certificate }, (request, response) => {
    answer(cluster, request, tickets).then(
      (data) => send(response, 200, "OK", { data }),
      (error: unknown) => {
        if (!isRefused(error)) {
          send(response, 500, error instanceof Error ? error.message : String(error), { data: null });
          return;
        }
        const { code, message, errors } = error;
        // Who is not let in, or talks to a node that is down, gets words beside the status and nothing else.
        const bare = code === 401 || code === 595;
        send(
          response,
          code,
          message,
          bare ? undefined : { data: null, message: `${message}\n`, ...(errors === undefined ? {} : { errors }) },
        );
      },
    );
  });
  if (listen.socket === undefined) server.listen(0, listen.host ?? "127.0.0.1");
  else server.listen(listen.socket);
  await once(server, "listening");
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
