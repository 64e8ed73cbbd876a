import type { z } from "zod";
import type { Component } from "../../model/component.ts";
import { Failure, type FailureReport } from "../../model/failure.ts";
import { isReference, isTemplate, output, type Reference, type Text } from "../../model/reference.ts";
import type { MachineHandle } from "../../model/resource.ts";
import type { SecretDeclaration } from "../../model/secret.ts";
import { mergeFragments } from "../../system/fragment.ts";
import { renderUnit } from "../../system/render-unit.ts";
import type { SystemResource } from "../../system/resource.ts";
import type { System } from "../../system/system.ts";
import { fulfil } from "../environments/fulfil.ts";

/** The machine on which requests are fulfilled, and another. */
export const here: MachineHandle = { name: "here", address: "203.0.113.7" };
/** Another machine. */
export const there: MachineHandle = { name: "there", address: "203.0.113.8" };

/** A machine whose address is known only later. */
const machineAt = (name: string): MachineHandle => ({ name, address: output(`local-machine/${name}`, "address") });

/** A request as a test writes it: of application `app` on the machine `here`, unless it says otherwise. */
interface Asked<Request> {
  readonly request: Request;
  readonly application?: string;
  readonly name: string;
  readonly from?: MachineHandle;
}

/** What a resource gives, with one system made of its parts. */
export interface Given<Binding> {
  readonly bindings: readonly Binding[];
  readonly system: System;
  /** Systems of other machines, by name. */
  readonly elsewhere: { readonly [machine: string]: System };
  readonly components: { readonly [path: string]: Component };
  readonly secrets: { readonly [name: string]: SecretDeclaration };
}

/** Lets a resource fulfil requests on the machine `here`, with policy and requests checked and filled in. */
export function fulfilled<Request extends z.ZodType, Policy extends z.ZodType, Binding extends z.ZodType>(
  resource: SystemResource<Request, Policy, Binding>,
  policy: z.input<Policy>,
  requests: readonly Asked<z.input<Request>>[],
  machine: MachineHandle = here,
): Given<z.output<Binding>> {
  const { bindings, fragments, elsewhere, components, secrets } = fulfil(resource, {
    policy: resource.policy.parse(policy),
    domain: "example.org",
    machine,
    machineNamed: (name) => [machine, here, there].find((known) => known.name === name) ?? machineAt(name),
    requests: requests.map(({ request, application = "app", name, from = here }) => ({
      application,
      name,
      request: resource.request.parse(request),
      from,
    })),
  });
  return {
    bindings: bindings as readonly z.output<Binding>[],
    system: mergeFragments(fragments),
    elsewhere: Object.fromEntries(elsewhere.map(([name, fragment]) => [name, mergeFragments([fragment])])),
    components: components ?? {},
    secrets: secrets ?? {},
  };
}

function named(reference: Reference): string {
  if ("$secret" in reference) return `{secret ${reference.$secret}}`;
  if ("$output" in reference) return `{${reference.$output} ${reference.path}}`;
  return `{${reference.$binding} ${reference.path}}`;
}

/** A text with its references in words: `password={secret a/b}`. */
function shown(text: Text): string {
  if (isTemplate(text)) return text.$text.map((part) => (typeof part === "string" ? part : named(part))).join("");
  return isReference(text) ? named(text) : text;
}

/** The content of a file of a system, with its references in words. */
export function contentOf(system: System, path: string): string {
  const file = system.files[path];
  if (file === undefined) throw new Error(`no file ${path} among ${Object.keys(system.files).join(", ")}`);
  return shown(file.content);
}

/** References of a unit's sections in words, so that they can be written as its file. */
function withWords(value: unknown): unknown {
  if (isReference(value) || isTemplate(value)) return shown(value);
  if (Array.isArray(value)) return value.map(withWords);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, withWords(one)]));
}

/** The lines of a unit or a quadlet of a system, as its file has them. */
export function linesOf(system: System, name: string): readonly string[] {
  const unit = system.units[name] ?? system.quadlets[name];
  if (unit === undefined) throw new Error(`no unit ${name}`);
  return renderUnit(withWords(unit.sections) as System["units"][string]["sections"])
    .split("\n")
    .filter((line) => line !== "");
}

/** The report of the failure that ends `work`. */
export function failureOf(work: () => unknown): FailureReport {
  try {
    work();
  } catch (error) {
    if (error instanceof Failure) return error.report;
    throw error;
  }
  throw new Error("nothing was refused");
}
