import type { Component } from "./component.ts";
import type { HealthCheck } from "./health.ts";
import type { Json } from "./json.ts";
import type { Resource } from "./resource.ts";
import type { DeclaredSecrets } from "./secret-declarations.ts";

/** A request of an application, checked against the resource's schema. */
export interface ApplicationRequest {
  readonly application: string;
  readonly name: string;
  readonly resource: Resource;
  readonly request: unknown;
}

/** All that an environment has to bring about. */
export interface EnvironmentInput {
  readonly domain: string;
  readonly requests: readonly ApplicationRequest[];
  /** Health checks by application and name. */
  readonly health: { readonly [application: string]: { readonly [name: string]: HealthCheck } };
}

/** What an environment makes of it. */
export interface EnvironmentResult {
  readonly components: { readonly [path: string]: Component };
  /** By request, as `application/name`. May hold references to outputs, secrets and other bindings. */
  readonly bindings: { readonly [request: string]: unknown };
  /** Together with who declares them; the same name may come twice when it is declared equally. */
  readonly secrets: readonly DeclaredSecrets[];
}

/** What an environment is made of, for people to read: nothing runs by it, and it holds no secret. */
export interface EnvironmentTerms {
  /** Name of the placement; empty for one without a name. */
  readonly placement: string;
  /** Name of the machine source. */
  readonly machines: string;
  readonly offers: readonly {
    readonly name: string;
    readonly resource: string;
    readonly description: string;
    /** Secrets stand in it by name. */
    readonly policy: Json;
  }[];
  /** Names of the hosting provider's secrets. */
  readonly secrets: readonly string[];
}

/** A place to run: what a hosting provider offers, and how requests become a deployment there. */
export interface Environment {
  readonly kind: "environment";
  readonly name: string;
  readonly description: string;
  /** What it is made of, as far as that can be said. */
  readonly terms?: EnvironmentTerms | undefined;
  implementation(input: EnvironmentInput): EnvironmentResult;
}
