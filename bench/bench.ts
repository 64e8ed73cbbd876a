import type { Measurement } from "./measurement.ts";

/** What all measurements work with. */
export interface Bench {
  /** How often what is done quickly is done. */
  readonly rounds: number;
  /** How often what takes long is done. */
  readonly longRounds: number;
  /** How many machines the large measurements have. */
  readonly machines: number;
  /** The command that is measured. */
  readonly command: string;
  /** Folder of images, packages and installed peers. */
  readonly cache: string;
  /** Folder of this run, removed at its end. */
  readonly folder: string;
  /** Aborted when the run is to end. */
  readonly signal: AbortSignal;
  readonly peers: Peers;
  /** Tells people how far it is. */
  readonly report: (text: string) => void;
}

/** A peer is there, or there is a reason why not. */
export type Found<Present> = Present | { readonly missing: string };

/** The tools that are measured beside ours. */
export interface Peers {
  readonly ansible: Found<{ readonly version: string }>;
  readonly pyinfra: Found<{ readonly command: string }>;
}

/** Measurements that share a set-up. */
export interface Group {
  readonly name: string;
  readonly description: string;
  /** Whether it boots machines. */
  readonly onMachines: boolean;
  readonly measure: (bench: Bench) => Promise<readonly Measurement[]>;
}
