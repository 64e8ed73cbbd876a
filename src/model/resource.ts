import type { z } from "zod";
import type { Component } from "./component.ts";
import type { Text } from "./reference.ts";
import type { SecretDeclaration } from "./secret.ts";

/** A machine as resources see it: its name in the placement, and its address, which may be known only later. */
export interface MachineHandle {
  readonly name: string;
  readonly address: Text;
}

/** One request as the resource that fulfils it sees it. */
export interface PlacedRequest<Request> {
  readonly application: string;
  readonly name: string;
  readonly request: Request;
  /** Where the application itself is placed, which need not be where the request is fulfilled. */
  readonly from: MachineHandle;
}

/** What a resource gets: all requests that one offer fulfils on one machine. */
export interface ResourceContext<Request, Policy> {
  readonly policy: Policy;
  readonly requests: readonly PlacedRequest<Request>[];
  readonly machine: MachineHandle;
  /** Another machine of the environment by its name, for resources that need more than one. */
  readonly machineNamed: (name: string) => MachineHandle;
  readonly domain: string;
}

/** What a resource gives: one binding per request, in their order, and what must exist for them. */
export interface ResourceResult<Binding, Part> {
  readonly bindings: readonly Binding[];
  /** A part of the machine's system; or a list of one part per request, in their order. */
  readonly system?: Part | readonly Part[] | undefined;
  /** Parts of other machines' systems, by the machine's name. */
  readonly elsewhere?: { readonly [machine: string]: Part } | undefined;
  /** Components of their own, by path; `type/name`. */
  readonly components?: { readonly [path: string]: Component } | undefined;
  /** Secrets that the resource needs, by name. */
  readonly secrets?: { readonly [name: string]: SecretDeclaration } | undefined;
}

/** Something an application can ask for and a hosting provider can offer. `Part` is a part of a system. */
export interface Resource<
  Request extends z.ZodType = z.ZodType,
  Policy extends z.ZodType = z.ZodType,
  BindingSchema extends z.ZodType = z.ZodType,
  Part = unknown,
> {
  readonly kind: "resource";
  readonly name: string;
  readonly description: string;
  /** What an application asks for. */
  readonly request: Request;
  /** On what terms a hosting provider offers it. */
  readonly policy: Policy;
  /** What the application gets back. */
  readonly binding: BindingSchema;
  /** Why the policy refuses the request, as a clause that follows "the policy"; undefined admits it. */
  refuses?(policy: z.output<Policy>, request: z.output<Request>): string | undefined;
  apply(context: ResourceContext<z.output<Request>, z.output<Policy>>): ResourceResult<z.input<BindingSchema>, Part>;
}
