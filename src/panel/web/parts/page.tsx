import type { Child, FC } from "hono/jsx";
import { decide } from "../../access/decide.ts";
import type { RequestContext } from "../route.ts";
import { assets } from "../assets.ts";

/** What a page says about itself. */
export interface PageProperties {
  readonly context: RequestContext;
  readonly title: string;
  /** The operator whose part of the panel this is. */
  readonly operator?: { readonly id: string; readonly name: string } | undefined;
  /** Which entry of the navigation this is below. */
  readonly here?: "services" | "add" | "members" | "activity" | "tokens" | "provider" | "profile" | undefined;
  /** Scripts of this page, by their names in public/. */
  readonly scripts?: readonly string[] | undefined;
  /** Seconds after which a browser without scripts loads the page again. */
  readonly refresh?: number | undefined;
  readonly children?: Child;
}

const Link: FC<{ readonly href: string; readonly here: boolean; readonly children: Child }> = ({
  href,
  here,
  children,
}) => (
  <li>
    <a href={href} {...(here ? { "aria-current": "page" } : {})}>
      {children}
    </a>
  </li>
);

const Navigation: FC<PageProperties> = ({ context, operator, here }) => {
  const { actor, texts } = context;
  if (actor.kind !== "person") return null;
  const { shell } = texts;
  const base = `/operators/${operator?.id ?? ""}`;
  const may = (permission: Parameters<typeof decide>[1]): boolean => {
    const decision = decide(actor, permission, operator?.id);
    return decision === "yes" || decision === "prove";
  };
  return (
    <nav aria-label={shell.navigation}>
      <ul>
        {operator !== undefined && may("configuration.read") && (
          <Link href={`${base}/services`} here={here === "services"}>
            {shell.services}
          </Link>
        )}
        {operator !== undefined && may("configuration.write") && (
          <Link href={`${base}/add`} here={here === "add"}>
            {shell.add}
          </Link>
        )}
        {operator !== undefined && may("member.read") && (
          <Link href={`${base}/members`} here={here === "members"}>
            {shell.members}
          </Link>
        )}
        {operator !== undefined && may("audit.read") && (
          <Link href={`${base}/activity`} here={here === "activity"}>
            {shell.activity}
          </Link>
        )}
        {operator !== undefined && may("token.read") && (
          <Link href={`${base}/tokens`} here={here === "tokens"}>
            {shell.tokens}
          </Link>
        )}
        {operator === undefined && actor.memberships.size > 0 && may("site.read") && (
          <Link href="/" here={false}>
            {shell.services}
          </Link>
        )}
        {may("provider.overview") && (
          <Link href="/provider" here={here === "provider"}>
            {shell.provider}
          </Link>
        )}
      </ul>
      <ul class="personal">
        {may("profile.read") && (
          <Link href="/profile" here={here === "profile"}>
            {actor.name}
          </Link>
        )}
        <li>
          <form method="post" action="/profile/sign-out">
            <input type="hidden" name="form-token" value={context.formToken} />
            <button type="submit" class="quiet">
              {shell.signOut}
            </button>
          </form>
        </li>
      </ul>
    </nav>
  );
};

/** The frame of every page: one heading, one place for the navigation, one for the content. */
export const Page: FC<PageProperties> = (properties) => {
  const { context, title, operator, scripts = [], refresh, children } = properties;
  const { shell } = context.texts;
  return (
    <html lang={context.language === "en-XA" ? "en" : context.language}>
      <head>
        <meta charset="utf-8" />
        <title>{`${title} – ${shell.product}`}</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <link rel="icon" href={assets.url("icon.svg")} type="image/svg+xml" />
        <link rel="stylesheet" href={assets.url("panel.css")} />
        {refresh !== undefined && (
          <noscript>
            <meta http-equiv="refresh" content={String(refresh)} />
          </noscript>
        )}
        {scripts.map((script) => (
          <script type="module" src={assets.url(script)} />
        ))}
      </head>
      <body>
        <a class="skip" href="#content">
          {shell.skip}
        </a>
        <header class="top">
          <a class="product" href="/">
            <img src={assets.url("icon.svg")} alt="" width="28" height="28" />
            {shell.product}
          </a>
          {operator !== undefined && <span class="operator">{operator.name}</span>}
          <Navigation {...properties} />
        </header>
        <main id="content" tabindex={-1}>
          <h1>{title}</h1>
          {children}
        </main>
      </body>
    </html>
  );
};
