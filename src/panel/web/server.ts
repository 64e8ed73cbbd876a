import { randomBytes } from "node:crypto";
import { getConnInfo } from "@hono/node-server/conninfo";
import { Hono, type Context } from "hono";
import { bodyLimit } from "hono/body-limit";
import { routePath } from "hono/route";
import { secureHeaders } from "hono/secure-headers";
import type { Actor } from "../access/actor.ts";
import { nameOf } from "../access/actor.ts";
import { decide } from "../access/decide.ts";
import { underDemand } from "../access/factor-demand.ts";
import { permissions, type Grant } from "../access/permission.ts";
import { findSession, type Source } from "../accounts/sessions.ts";
import { findToken } from "../accounts/tokens.ts";
import { writeAudit } from "../audit/audit-log.ts";
import { configurationsOf } from "../configurations/configuration-store.ts";
import type { Panel } from "../panel.ts";
import { runsOf } from "../runs/run-store.ts";
import { formatFor } from "../texts/format.ts";
import { chooseLanguage, isLanguage } from "../texts/language.ts";
import { textsFor } from "../texts/texts.ts";
import { assets } from "./assets.ts";
import { sessionCookie } from "./cookie.ts";
import { refuse, type Refusal } from "./refuse.tsx";
import type { OperatorScope, RequestContext, Route } from "./route.ts";
import { sameOrigin } from "./same-origin.ts";

/** Bytes that a form or a document may have. */
const largestBody = 256 * 1024;

function sourceOf(http: Context, { settings }: Panel): Source {
  const agent = http.req.header("user-agent") ?? "";
  const forwarded = settings.trustProxy ? http.req.header("x-forwarded-for")?.split(",").at(-1)?.trim() : undefined;
  // A test without a socket has no address.
  const direct = http.env === undefined ? undefined : getConnInfo(http).remote.address;
  return { address: forwarded ?? direct ?? "unknown", agent };
}

interface Asking {
  readonly actor: Actor;
  /** The session, also one whose second factor is missing. */
  readonly secret: string | undefined;
}

async function whoAsks(http: Context, panel: Panel, kind: Route["kind"]): Promise<Asking> {
  const nobody = { actor: { kind: "nobody" }, secret: undefined } as const;
  const { requireSecondFactor: demand } = panel.settings;
  if (kind === "api") {
    const [, token] = /^Bearer (?<token>[A-Za-z0-9_-]{1,100})$/.exec(http.req.header("authorization") ?? "") ?? [];
    const found = token === undefined ? undefined : await findToken(panel.queries, token, panel.now());
    return found === undefined ? nobody : { actor: underDemand(demand, found), secret: undefined };
  }
  const secret = sessionCookie(http);
  if (secret === undefined) return nobody;
  const session = await findSession(panel.queries, secret, panel.now());
  if (session === undefined) return nobody;
  return session.stage === "complete" ? { actor: underDemand(demand, session.actor), secret } : { ...nobody, secret };
}

async function formOf(http: Context): Promise<RequestContext["form"]> {
  if (http.req.method !== "POST") return {};
  const type = http.req.header("content-type") ?? "";
  if (!type.startsWith("application/x-www-form-urlencoded")) return {};
  return Object.fromEntries(new URLSearchParams(await http.req.text()));
}

async function contextFor(http: Context, panel: Panel, { kind }: Route): Promise<RequestContext> {
  const { actor, secret } = await whoAsks(http, panel, kind);
  const source = sourceOf(http, panel);
  const chosen = actor.kind === "person" ? actor.language : null;
  const language = isLanguage(chosen) ? chosen : chooseLanguage(http.req.header("accept-language"));
  return {
    panel,
    http,
    actor,
    source,
    language,
    texts: textsFor(language),
    format: formatFor(language),
    param: (name) => http.req.param(name) ?? "",
    form: kind === "page" ? await formOf(http) : {},
    formToken: secret === undefined ? "" : panel.keys.sign(secret, "form"),
    async audit({ action, subject, detail, outcome = "done" }) {
      const operator = http.req.param("operator");
      const entry = { actor: nameOf(actor), operator, action, subject, source: source.address, detail, outcome };
      await writeAudit(panel.queries, entry, panel.now());
    },
  };
}

async function operatorOf(panel: Panel, id: string): Promise<OperatorScope | undefined> {
  const { queries, now } = panel;
  const row = await queries.selectFrom("operator").select(["id", "name"]).where("id", "=", id).executeTakeFirst();
  if (row === undefined) return undefined;
  return { ...row, configurations: configurationsOf(queries, id, now), runs: runsOf(queries, id, now) };
}

/** A form has to come from a page of ours that was made for this very session. */
function forged({ http, panel, form, actor }: RequestContext): boolean {
  if (!sameOrigin(http.req.raw.headers, panel.settings.origin)) return true;
  const secret = sessionCookie(http);
  if (actor.kind === "nobody" || secret === undefined) return false;
  const given = form["form-token"] ?? http.req.header("x-form-token") ?? "";
  return !panel.keys.verify(secret, "form", given);
}

/** Whether there is a reason not to let this request through, by the one policy. */
function refusal(context: RequestContext, route: Route): Refusal | undefined {
  const { actor } = context;
  const operator = context.http.req.param("operator");
  const decision = decide(actor, route.permission, operator);
  switch (decision) {
    case "yes":
      return route.kind === "page" && route.method !== "GET" && forged(context) ? "stale" : undefined;
    case "sign-in":
      return "sign-in";
    case "prove":
      return "prove";
    case "factor":
      return "factor";
    case "no": {
      const grant: Grant = permissions[route.permission];
      // To those outside, what is an operator's does not exist.
      const member = actor.kind === "person" && operator !== undefined && actor.memberships.has(operator);
      return grant.to === "members" && !member && actor.kind === "person" ? "not-found" : "denied";
    }
  }
}

/** PostgreSQL has no text with NUL in it, and nothing of ours is called so. */
function holdsNul({ http, form }: RequestContext): boolean {
  return (
    http.req.url.includes("%00") || Object.entries(form).some((texts) => texts.some((text) => text.includes("\0")))
  );
}

async function answer(http: Context, panel: Panel, route: Route): Promise<Response> {
  const context = await contextFor(http, panel, route);
  if (holdsNul(context)) return refuse(context, "not-found", route);
  const reason = refusal(context, route);
  if (reason !== undefined) {
    const ledOn = reason === "sign-in" || reason === "prove" || (reason === "factor" && route.kind === "page");
    if (!ledOn) {
      await writeAudit(
        panel.queries,
        {
          actor: nameOf(context.actor),
          operator: http.req.param("operator"),
          action: route.permission,
          subject: `${route.method} ${route.path}`,
          outcome: "denied",
          source: context.source.address,
          detail: { because: reason },
        },
        panel.now(),
      );
    }
    return refuse(context, reason, route);
  }
  const grant: Grant = permissions[route.permission];
  if (grant.to !== "members") return route.handle(context);
  const operator = await operatorOf(panel, context.param("operator"));
  if (operator === undefined) return refuse(context, "not-found", route);
  return route.handle({ ...context, operator } as RequestContext);
}

/** Makes the panel's web application out of its routes. */
export function createServer(panel: Panel, routes: readonly Route[]): Hono {
  const server = new Hono();
  const own = ["'self'"];
  server.use(
    secureHeaders({
      contentSecurityPolicy: {
        defaultSrc: ["'none'"],
        scriptSrc: own,
        styleSrc: own,
        imgSrc: own,
        connectSrc: own,
        formAction: own,
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
      },
      referrerPolicy: "same-origin",
      strictTransportSecurity: panel.settings.origin.startsWith("https:") ? "max-age=31536000" : false,
      crossOriginOpenerPolicy: "same-origin",
    }),
  );
  server.use(bodyLimit({ maxSize: largestBody }));
  server.get("/assets/:hash/:name", (http) => {
    const file = assets.find(http.req.param("name"));
    if (file?.hash !== http.req.param("hash")) return http.notFound();
    return http.body(new Uint8Array(file.body), 200, {
      "content-type": file.type,
      "cache-control": "public, max-age=31536000, immutable",
    });
  });
  server.use(async (http, next) => {
    await next();
    if (!http.res.headers.has("cache-control")) http.header("cache-control", "no-store");
  });
  for (const route of routes) server.on(route.method, route.path, (http) => answer(http, panel, route));
  const anything: Route = {
    method: "GET",
    path: "*",
    permission: "site.read",
    kind: "page",
    handle: (context) => refuse(context, "not-found", anything),
  };
  server.notFound(async (http) => refuse(await contextFor(http, panel, anything), "not-found", anything));
  server.onError(async (error, http) => {
    const number = randomBytes(4).toString("hex");
    // The pattern and not the address, which may hold the secret of an invitation.
    panel.report(new Error(`request ${number} failed: ${http.req.method} ${routePath(http, -1)}`, { cause: error }));
    if (http.req.path.startsWith("/api/")) return http.json({ code: "internal", found: `request ${number}` }, 500);
    const { brokenPage } = await import("./refuse.tsx");
    return brokenPage(http, number);
  });
  return server;
}
