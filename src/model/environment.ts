import type { Component } from "./component.ts";
import type { HealthCheck } from "./health.ts";
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

/** A place to run: what a hosting provider offers, and how requests become a deployment there. */
export interface Environment {
  readonly kind: "environment";
  readonly name: string;
  readonly description: string;
  implementation(input: EnvironmentInput): EnvironmentResult;
}
