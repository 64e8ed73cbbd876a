import type { Component } from "./component.ts";
import type { SecretDeclaration } from "./secret.ts";

/** The result of evaluation: plain JSON that says what must exist. Holds no secret value. */
export interface Deployment {
  /** What tells one operator's deployment from another's: the domain of the configuration. */
  readonly name: string;
  readonly environment: string;
  /** By path, `type/name`. What depends on what is said by the references in the inputs alone. */
  readonly components: { readonly [path: string]: Component };
  /** By name. */
  readonly secrets: { readonly [name: string]: SecretDeclaration };
}
