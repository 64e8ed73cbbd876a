import type { z } from "zod";
import type { Component } from "../../model/component.ts";
import type { SecretDeclaration } from "../../model/secret.ts";
import type { Connection } from "../components/machine.ts";

/** One machine as a source provides it. */
export interface SourcedMachine {
  readonly connection: z.input<typeof Connection>;
  /** Components that make the machine, by path; none where it exists already. */
  readonly components: { readonly [path: string]: Component };
  /** Secrets that these components need, by name. */
  readonly secrets?: { readonly [name: string]: SecretDeclaration } | undefined;
}

/** Whose machines they are to be. */
export interface Demanded {
  /** The domain of the configuration, which is the name of the deployment. */
  readonly domain: string;
}

/** Where machines come from. */
export interface MachineSource {
  readonly name: string;
  /**
   * Provides a machine of this name.
   * @throws Failure `machine-unknown` when the source has none
   */
  machine(name: string, demanded: Demanded): SourcedMachine;
  /**
   * Looks at all machines of a deployment together.
   * @throws Failure when the source's policy does not admit so many or such
   */
  refuse?(machines: readonly string[], demanded: Demanded): void;
}
