import type { Deployment } from "../../model/deployment.ts";
import type { SecretDeclaration } from "../../model/secret.ts";
import type { Prior } from "../provider.ts";

/** What the state knows of one component. */
export interface ComponentState extends Prior {
  readonly type: string;
  /** Paths of the components that it needs, or may still need after an attempt that did not end well. */
  readonly dependencies: readonly string[];
  /** What `dependencies` become when the attempt under way ends well. */
  readonly wanted?: readonly string[] | undefined;
}

/** One secret at rest. */
export interface StoredSecret {
  readonly declaration: SecretDeclaration;
  /** A random word that changes with the value. */
  readonly revision: string;
  /** The value, encrypted with age for the deployment's identity, in base64. */
  readonly ciphertext: string;
}

/** Milliseconds that the last attempts took, oldest first, by component and action. */
export type Durations = { readonly [component: string]: { readonly [action: string]: readonly number[] } };

/** Everything that is known of one deployment. */
export interface State {
  /** Number of the last entry of the journal. */
  readonly sequence: number;
  /** Fencing number of the last lease. */
  readonly fence: number;
  /** What the last apply was given. */
  readonly deployment?: Deployment | undefined;
  readonly components: { readonly [path: string]: ComponentState };
  /** Removed components whose data was kept until it is purged. */
  readonly kept: { readonly [path: string]: ComponentState };
  readonly secrets: { readonly [name: string]: StoredSecret };
  readonly durations: Durations;
}

/** The state of a deployment that nothing was ever done for. */
export const emptyState: State = {
  sequence: 0,
  fence: 0,
  components: {},
  kept: {},
  secrets: {},
  durations: {},
};
