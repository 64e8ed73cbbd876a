import type { FC } from "hono/jsx";
import type { PersonContext } from "../../route.ts";

/** Rows on one page of a list. */
export const pageLength = 50;

/** Which page of a list is asked for, from 1. */
export function pageNumber({ http }: PersonContext): number {
  const given = http.req.query("page") ?? "1";
  return /^[1-9][0-9]{0,5}$/.test(given) ? Number(given) : 1;
}

/** Links to the pages before and after this one. */
export const Paging: FC<{ readonly context: PersonContext; readonly total: number }> = ({ context, total }) => {
  const { provider } = context.texts;
  const last = Math.max(1, Math.ceil(total / pageLength));
  const current = Math.min(pageNumber(context), last);
  if (last === 1) return null;
  const { pathname, searchParams } = new URL(context.http.req.url);
  const link = (page: number): string => {
    const query = new URLSearchParams(searchParams);
    query.set("page", String(page));
    return `${pathname}?${query.toString()}`;
  };
  return (
    <nav class="actions" aria-label={provider.paging.label}>
      {current > 1 && (
        <a class="button secondary" rel="prev" href={link(current - 1)}>
          {provider.paging.previous}
        </a>
      )}
      <span>{provider.paging.position(context.format.number(current), context.format.number(last))}</span>
      {current < last && (
        <a class="button secondary" rel="next" href={link(current + 1)}>
          {provider.paging.next}
        </a>
      )}
    </nav>
  );
};
