import type { ComponentType } from "../model/component.ts";
import type { Json, JsonObject } from "../model/json.ts";

/** Gives providers the secrets of the deployment. Values go to the outside only; never into events, errors or memory. */
export interface SecretReader {
  /**
   * The value.
   * @throws Failure `secret-unknown` when the deployment declares no such secret
   */
  reveal(name: string): Promise<string>;
  /** Changes whenever the value does and says nothing about it; `new` while there is no value yet. */
  revision(name: string): string;
}

/** What the state knows of a component. */
export interface Prior {
  /** The inputs of the last attempt, references resolved, secrets as references. */
  readonly inputs: JsonObject;
  /** Present once it existed. */
  readonly outputs?: JsonObject | undefined;
  /** The provider's own notes, as last given to `remember` or returned by `reconcile`. */
  readonly memory?: Json | undefined;
  /** `present`: the last attempt ended well; otherwise what was under way when the last run ended or failed. */
  readonly status: "creating" | "updating" | "deleting" | "present";
}

/** What every call of a provider gets. */
export interface ProviderContext<Inputs> {
  /** Path of the component. */
  readonly component: string;
  /** Name of the deployment. */
  readonly deployment: string;
  /** What is wanted: references to outputs are resolved, references to secrets are left for {@link SecretReader}. */
  readonly inputs: Inputs;
  readonly prior: Prior | undefined;
  readonly secrets: SecretReader;
  /** Says how far the work is. `done` of `total` in bytes or steps; never a secret. */
  progress(phase: string, detail?: { readonly text?: string; readonly done?: number; readonly total?: number }): void;
  /** Writes notes durably before it returns, for what must survive a crash in the middle of `reconcile`. */
  remember(memory: Json): Promise<void>;
  readonly signal: AbortSignal;
}

/** What deletion and the other verbs get: there may be no wanted inputs any more, only what the state knows. */
export type PriorContext = Omit<ProviderContext<never>, "inputs" | "prior"> & { readonly prior: Prior };

/** What removal gets. */
export type RemovalContext = PriorContext & {
  /**
   * Sees to it that what this component stands on runs, such as the machine that somebody switched off: see
   * {@link Provider.wake}. Gives false when that is gone for good, and everything on it with it.
   */
  rouse(): Promise<boolean>;
};

/** What would change, for people and for scripts. */
export interface Change {
  readonly verb: "add" | "change" | "remove" | "start" | "stop" | "restart" | "reload";
  /** What it is about: `file /etc/motd`, `unit greeter.service`, `package hello`. */
  readonly what: string;
  /** Lines of a unified diff, or a word on why; without secrets. */
  readonly detail?: readonly string[] | undefined;
}

/** The difference between what is wanted and what is there. */
export type Difference =
  | { readonly kind: "same"; readonly outputs: JsonObject }
  | {
      readonly kind: "create" | "update";
      readonly changes: readonly Change[];
      /** What is there but was not made so by an apply: shown as drift. */
      readonly drift: readonly string[];
      /** Given when the outputs are known to stay as they are, so that what depends on it can be planned too. */
      readonly outputs?: JsonObject | undefined;
    };

/** One declared health check's verdict. */
export interface HealthReading {
  readonly name: string;
  readonly healthy: boolean;
  readonly text: string;
}

/** What is there. */
export type Reading =
  | { readonly exists: false }
  | {
      readonly exists: true;
      readonly outputs?: JsonObject | undefined;
      readonly drift: readonly string[];
      readonly health: readonly HealthReading[];
      /** Number of the running generation, where the type has generations. */
      readonly generation?: number | undefined;
      /** Bytes that are free where generations and data lie, where the type has a disk. */
      readonly freeBytes?: number | undefined;
    };

/** One generation that a component remembers. */
export interface GenerationReading {
  readonly number: number;
  readonly id: string;
  /** ISO 8601. */
  readonly activatedAt: string;
  readonly verdict: "confirmed" | "failed" | "rolled-back" | "pending";
  readonly current: boolean;
}

/** What `reconcile` and `rollback` give. */
export interface Reconciled {
  readonly outcome: "unchanged" | "created" | "updated";
  readonly outputs: JsonObject;
  readonly memory?: Json | undefined;
}

/** One thing that `doctor` looked at. */
export interface Examination {
  readonly name: string;
  readonly ok: boolean;
  readonly text: string;
  readonly next?: string | undefined;
}

/** The code that talks to the outside for one type of component. Every call may be repeated after a crash at any point. */
export interface Provider<Inputs = unknown> {
  readonly type: ComponentType;
  /**
   * Names the one thing outside that these inputs are about, such as a host's address, as far as they say so. When a
   * component goes and another of its type comes that is about the same thing, it is taken over instead of deleted.
   */
  identity?(inputs: JsonObject): string | undefined;
  /** Looks without changing anything. `inputs` are those of the state. */
  read(context: PriorContext): Promise<Reading>;
  /** Says what `reconcile` would do, without changing anything. */
  diff(context: ProviderContext<Inputs>): Promise<Difference>;
  /** Makes it so: new, changed, half-made and adopted alike. */
  reconcile(context: ProviderContext<Inputs>): Promise<Reconciled>;
  /** Removes it, keeping data; nothing there is success. */
  delete(context: RemovalContext): Promise<void>;
  /** Deletes data that was kept at removal; gives what was deleted, in words. With `dryRun` only says what it would be. */
  purge?(context: RemovalContext, options: { readonly dryRun: boolean }): Promise<readonly string[]>;
  /**
   * Lets a thing that may be switched off run, so that something can be removed from it.
   * @returns false when it is gone for good
   */
  wake?(context: PriorContext): Promise<boolean>;
  /** Goes back to the generation before the current one, or to the given number. */
  rollback?(context: PriorContext, options: { readonly to?: number | undefined }): Promise<Reconciled>;
  generations?(context: PriorContext): Promise<readonly GenerationReading[]>;
  /** Looks whether `reconcile` could work, before anything is tried. */
  examine?(context: ProviderContext<Inputs>): Promise<readonly Examination[]>;
}
