import type { Child } from "hono/jsx";
import { render } from "./render.ts";
import type { RequestContext } from "./route.ts";
import { Page, type PageProperties } from "./parts/page.tsx";

/** Answers with a page of the panel. */
export async function page(
  context: RequestContext,
  properties: Omit<PageProperties, "context" | "children"> & {
    readonly status?: 200 | 400 | 403 | 404 | 409 | 422 | 429 | 500;
  },
  content: Child,
): Promise<Response> {
  const { status = 200, ...rest } = properties;
  const body = (
    <Page context={context} {...rest}>
      {content}
    </Page>
  );
  return context.http.html(`<!doctype html>${await render(body)}`, status);
}

/** Answers with a part of a page, for a script that puts it in the place of the old one. */
export async function fragment(context: RequestContext, content: Child): Promise<Response> {
  return context.http.html(await render(<>{content}</>));
}

/** Sends the browser on, after a form or to where it may be. */
export function goTo(context: RequestContext, path: string): Response {
  return context.http.redirect(path, 303);
}
