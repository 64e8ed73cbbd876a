import type { Child } from "hono/jsx";

/** Writes what JSX describes as HTML. Its elements are text in waiting, which their type does not say. */
export async function render(element: Child): Promise<string> {
  return await (element as { toString(): string | Promise<string> }).toString();
}
