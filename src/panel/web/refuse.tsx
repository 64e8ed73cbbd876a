import type { Context } from "hono";
import { chooseLanguage } from "../texts/language.ts";
import { textsFor } from "../texts/texts.ts";
import { assets } from "./assets.ts";
import { goTo, page } from "./answer.tsx";
import { render } from "./render.ts";
import type { RequestContext, Route } from "./route.ts";

/** Why a request is not let through. */
export type Refusal = "sign-in" | "prove" | "factor" | "not-found" | "denied" | "stale";

/** Where people set up a second factor that is demanded of them. */
export const factorPath = "/profile/second-factor";

/** A path of ours that a browser may be sent to after signing in; nothing for anything else. */
export function returnPath(text: string | undefined): string | undefined {
  return text !== undefined && /^\/(?![/\\])[\w./?=&%~-]*$/.test(text) ? text : undefined;
}

function refuseProgram({ http }: RequestContext, reason: Refusal): Response {
  switch (reason) {
    case "sign-in":
      http.header("www-authenticate", "Bearer");
      return http.json(
        { code: "token-missing", found: "the request has no valid token", next: "Send Authorization: Bearer TOKEN." },
        401,
      );
    case "factor":
      return http.json(
        {
          code: "second-factor-missing",
          found: "the maker of this token has no second factor, and the hosting provider demands one",
          next: "Have whoever made the token sign in to the panel and set one up; then it is good again.",
        },
        403,
      );
    case "not-found":
      return http.json({ code: "not-found", found: "there is nothing here", next: "Look at /api/openapi.json." }, 404);
    case "prove":
    case "denied":
    case "stale":
      return http.json(
        {
          code: "denied",
          found: "the token is not good for this",
          next: "Use a token with the scope that this operation names.",
        },
        403,
      );
  }
}

/** Says that there is nothing, also of what is there and somebody else's. */
export function notFound(context: RequestContext): Promise<Response> {
  const { shell } = context.texts;
  return page(
    context,
    { title: shell.notFound.title, status: 404 },
    <>
      <p>{shell.notFound.text}</p>
      <p>
        <a class="button" href="/">
          {shell.notFound.next}
        </a>
      </p>
    </>,
  );
}

/** Says no, in the way that the one who asked can go on from. */
export function refuse(context: RequestContext, reason: Refusal, route: Route): Response | Promise<Response> {
  const { http, texts } = context;
  if (route.kind === "api") return refuseProgram(context, reason);
  const { shell } = texts;
  const path = new URL(http.req.url).pathname;
  switch (reason) {
    case "sign-in":
      return goTo(context, route.method === "GET" ? `/sign-in?next=${encodeURIComponent(path)}` : "/sign-in");
    case "prove": {
      const from =
        route.method === "GET"
          ? path
          : (URL.parse(http.req.header("referer") ?? "/", context.panel.settings.origin)?.pathname ?? "/");
      return goTo(context, `/profile/prove?next=${encodeURIComponent(from)}`);
    }
    case "factor":
      return goTo(context, factorPath);
    case "not-found":
      return notFound(context);
    case "denied":
      return page(context, { title: shell.denied.title, status: 403 }, <p>{shell.denied.text}</p>);
    case "stale":
      return page(context, { title: shell.stale.title, status: 403 }, <p>{shell.stale.text}</p>);
  }
}

/** A page that needs nothing of what may be broken. */
export async function brokenPage(http: Context, number: string): Promise<Response> {
  const language = chooseLanguage(http.req.header("accept-language"));
  const { shell } = textsFor(language);
  const body = (
    <html lang={language === "en-XA" ? "en" : language}>
      <head>
        <meta charset="utf-8" />
        <title>{shell.broken.title}</title>
        <link rel="stylesheet" href={assets.url("panel.css")} />
      </head>
      <body>
        <main>
          <h1>{shell.broken.title}</h1>
          <p>
            {shell.broken.text} <code>{number}</code>
          </p>
        </main>
      </body>
    </html>
  );
  return http.html(`<!doctype html>${await render(body)}`, 500);
}
