import type { z } from "zod";
import type { Component } from "../../model/component.ts";
import type { Connection } from "../components/machine.ts";

/** One machine as a source provides it. */
export interface SourcedMachine {
  readonly connection: z.input<typeof Connection>;
  /** Components that make the machine, by path; none where it exists already. */
  readonly components: { readonly [path: string]: Component };
}

/** Where machines come from. */
export interface MachineSource {
  readonly name: string;
  /**
   * Provides a machine of this name.
   * @throws Failure `machine-unknown` when the source has none
   */
  machine(name: string): SourcedMachine;
}
