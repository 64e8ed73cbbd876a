import type { Hono } from "hono";

/** What a page answered with. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Where it sends the browser. */
  readonly location: string;
}

/** A browser without scripts, as far as a test needs one: cookies, forms, redirects on request. */
export interface Browser {
  get(path: string, headers?: Record<string, string>): Promise<Answer>;
  /** Sends a form with the token of the last page. */
  post(path: string, form?: Record<string, string>, headers?: Record<string, string>): Promise<Answer>;
  /** Goes where an answer sends it. */
  follow(answer: Answer): Promise<Answer>;
  cookies: Map<string, string>;
  /** The token of the last page that had one. */
  formToken: string;
}

/** Opens a browser on a server in this process. */
export function openBrowser(server: Hono, origin: string): Browser {
  const send = async (path: string, init: RequestInit): Promise<Answer> => {
    const headers = new Headers(init.headers);
    if (browser.cookies.size > 0)
      headers.set("cookie", [...browser.cookies].map(([name, value]) => `${name}=${value}`).join("; "));
    const response = await server.request(new URL(path, origin).href, { ...init, headers });
    for (const cookie of response.headers.getSetCookie()) {
      const [pair = "", ...attributes] = cookie.split(";");
      const name = pair.slice(0, pair.indexOf("="));
      if (attributes.some((one) => one.trim().toLowerCase() === "max-age=0")) browser.cookies.delete(name);
      else browser.cookies.set(name, pair.slice(name.length + 1));
    }
    const text = await response.text();
    browser.formToken = /name="form-token" value="(?<token>[^"]*)"/.exec(text)?.groups?.["token"] ?? browser.formToken;
    return {
      status: response.status,
      headers: response.headers,
      text,
      location: response.headers.get("location") ?? "",
    };
  };
  const browser: Browser = {
    cookies: new Map(),
    formToken: "",
    get: (path, headers = {}) => send(path, { headers }),
    post: (path, form = {}, headers = {}) =>
      send(path, {
        method: "POST",
        body: new URLSearchParams({ "form-token": browser.formToken, ...form }).toString(),
        headers: {
          "content-type": "application/x-www-form-urlencoded",
          origin,
          "sec-fetch-site": "same-origin",
          ...headers,
        },
      }),
    follow: ({ location }) => send(location, {}),
  };
  return browser;
}
