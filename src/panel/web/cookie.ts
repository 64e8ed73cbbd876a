import type { Context } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { absoluteLimit } from "../accounts/sessions.ts";

/** Only over a safe connection (browsers count localhost as one), only to this host, never to scripts. */
const name = "__Host-session";

/** The secret of the session that the browser sent. */
export function sessionCookie(http: Context): string | undefined {
  return getCookie(http, name);
}

/** Gives the browser a session. Lax, so that links from e-mails and chats open signed in. */
export function setSessionCookie(http: Context, secret: string): void {
  setCookie(http, name, secret, {
    path: "/",
    secure: true,
    httpOnly: true,
    sameSite: "Lax",
    maxAge: absoluteLimit / 1000,
  });
}

/** Takes the session from the browser. */
export function clearSessionCookie(http: Context): void {
  deleteCookie(http, name, { path: "/", secure: true });
}
