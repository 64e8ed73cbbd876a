import type { Context } from "hono";
import type { Actor, Person } from "../access/actor.ts";
import { permissions, type Grant, type Permission } from "../access/permission.ts";
import type { ConfigurationStore } from "../configurations/configuration-store.ts";
import type { Panel } from "../panel.ts";
import type { RunStore } from "../runs/run-store.ts";
import type { Source } from "../accounts/sessions.ts";
import type { Language } from "../texts/language.ts";
import type { Format } from "../texts/format.ts";
import type { Texts } from "../texts/texts.ts";

/** The operator whose things a route is about, and stores that are limited to them. */
export interface OperatorScope {
  readonly id: string;
  readonly name: string;
  readonly configurations: ConfigurationStore;
  readonly runs: RunStore;
}

/** What a route's handler works with. */
export interface RequestContext {
  readonly panel: Panel;
  readonly http: Context;
  readonly actor: Actor;
  readonly source: Source;
  readonly language: Language;
  readonly texts: Texts;
  readonly format: Format;
  /** A parameter of the path. */
  param(name: string): string;
  /** What the form was sent with; several values of one name as the last one. */
  readonly form: { readonly [name: string]: string };
  /** What goes into a form, so that it can only have come from our page. */
  readonly formToken: string;
  /** Writes into the audit trail what this request did, or what it was denied. */
  audit(entry: {
    readonly action: string;
    readonly subject: string;
    readonly outcome?: "done" | "denied";
    readonly detail?: Record<string, string>;
  }): Promise<void>;
}

/** With {@link RequestContext}: who is signed in. */
export interface PersonContext extends RequestContext {
  readonly actor: Person;
}

/** With {@link RequestContext}: who acts on which operator's things. */
export interface OperatorContext extends RequestContext {
  readonly actor: Exclude<Actor, { kind: "nobody" }>;
  readonly operator: OperatorScope;
}

/** What a handler gets, by whom its permission is granted to. */
export type ContextFor<Name extends Permission> = (typeof permissions)[Name] extends { to: "members" }
  ? OperatorContext
  : (typeof permissions)[Name] extends { to: "everybody" }
    ? RequestContext
    : PersonContext;

/** One way into the panel. */
export interface Route {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly path: string;
  readonly permission: Permission;
  /** `page`: for browsers, with a session; `api`: for programs, with a token. */
  readonly kind: "page" | "api";
  handle(context: RequestContext): Response | Promise<Response>;
}

/** Where things of each kind of grant live. */
const places: { readonly [To in Grant["to"]]: RegExp } = {
  everybody: /^\/(?!(?:api\/)?operators(?:\/|$)|provider|profile)/,
  person: /^\/profile(?:\/|$)/,
  members: /^(?:\/api)?\/operators\/:operator(?:\/|$)/,
  staff: /^\/provider(?:\/|$)/,
};

/**
 * Declares a route. There is no other way to register one, so that none is without a permission, and none about an
 * operator's things is without the operator.
 * @throws TypeError when the permission does not exist, or does not fit the path
 */
export function route<Name extends Permission>(definition: {
  readonly method: Route["method"];
  readonly path: string;
  readonly permission: Name;
  readonly kind?: Route["kind"];
  handle(context: ContextFor<Name>): Response | Promise<Response>;
}): Route {
  const { method, path, permission, kind = "page" } = definition;
  if (!Object.hasOwn(permissions, permission))
    throw new TypeError(`${method} ${path}: there is no permission "${permission}"`);
  const grant: Grant = permissions[permission];
  if (!places[grant.to].test(path))
    throw new TypeError(`${method} ${path}: a route for ${grant.to} has a path like ${String(places[grant.to])}`);
  return Object.freeze({ method, path, permission, kind, handle: definition.handle });
}
