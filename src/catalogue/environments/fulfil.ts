import { z } from "zod";
import { explainIssues } from "../../model/explain.ts";
import { Failure, type FailureReport } from "../../model/failure.ts";
import { isObject } from "../../model/json.ts";
import { parse } from "../../model/parse.ts";
import { referencesIn } from "../../model/reference.ts";
import type { ResourceContext, ResourceResult } from "../../model/resource.ts";
import type { Fragment } from "../../system/fragment.ts";
import type { SystemInput } from "../../system/system.ts";
import type { Offer } from "./offer.ts";

type Context = ResourceContext<unknown, unknown>;
type Result = ResourceResult<unknown, SystemInput>;

/** What a resource gives, checked, with its parts of the system each under the name of who asked for it. */
export interface Fulfilled extends Omit<Result, "system" | "elsewhere"> {
  readonly fragments: readonly Fragment[];
  /** Parts of other machines' systems, by the machine's name. */
  readonly elsewhere: readonly (readonly [machine: string, fragment: Fragment])[];
}

function invalid(
  resource: string,
  found: string,
  more: { readonly failures?: readonly FailureReport[]; readonly cause?: unknown } = {},
): Failure {
  return new Failure(
    {
      code: "resource-invalid",
      attempted: "fulfil requests",
      subject: `resource ${resource}`,
      found,
      next: "Mend the resource's module.",
      failures: more.failures,
    },
    { cause: more.cause },
  );
}

/** Checks what is known of a binding now; what is a reference is known only later. */
function checkedBinding({ name, binding }: Offer["resource"], value: unknown, of: string): unknown {
  const check = (schema: z.ZodType, member: unknown, path: readonly string[]): unknown => {
    const result = parse(schema, member);
    if (result.success) return result.data;
    const issues = result.error.issues.map((issue) => ({ ...issue, path: [...path, ...issue.path] }));
    const failures = explainIssues({ schema: binding, document: value, issues, attempted: "check the binding" });
    throw invalid(name, `its binding for ${of} does not fit its schema`, { failures });
  };
  if (referencesIn(value).length === 0) return check(binding, value, []);
  if (!(binding instanceof z.ZodObject) || !isObject(value)) return value;
  const members = Object.entries(binding.shape).map(([key, schema]) => {
    const member = Object.hasOwn(value, key) ? value[key] : undefined;
    return [key, referencesIn(member).length > 0 ? member : check(schema as z.ZodType, member, [key])];
  });
  return Object.fromEntries(members);
}

const originOf = (resource: string, requests: Context["requests"]): string =>
  `${requests.map(({ application, name }) => `application ${application} (request ${name})`).join(" and ")} by resource ${resource}`;

function fragmentsOf(resource: string, system: Result["system"], requests: Context["requests"]): readonly Fragment[] {
  if (!Array.isArray(system)) {
    return system === undefined ? [] : [{ origin: originOf(resource, requests), system: system as SystemInput }];
  }
  if (system.length !== requests.length) {
    const counts = `${String(system.length)} parts of a system for ${String(requests.length)} requests`;
    throw invalid(resource, `it gave ${counts}, and a list of parts has one for each, in their order`);
  }
  return (system as readonly SystemInput[]).map((part, index) => ({
    origin: originOf(resource, requests.slice(index, index + 1)),
    system: part,
  }));
}

/**
 * Lets a resource fulfil the requests of one machine, and checks what it gives.
 * @throws Failure `resource-invalid` naming the resource and what is wrong
 */
export function fulfil(resource: Offer["resource"], context: Context): Fulfilled {
  let result: Result;
  try {
    result = resource.apply(context);
  } catch (error) {
    if (error instanceof Failure) throw error;
    const message = error instanceof Error ? error.message : String(error);
    throw invalid(resource.name, `its module failed: ${message}`, { cause: error });
  }
  const { requests } = context;
  if (result.bindings.length !== requests.length) {
    const counts = `${String(result.bindings.length)} bindings for ${String(requests.length)} requests`;
    throw invalid(resource.name, `it gave ${counts}, and each request needs one, in their order`);
  }
  const bindings = requests.map(({ application, name }, index) =>
    checkedBinding(resource, result.bindings[index], `application ${application}, request ${name}`),
  );
  const origin = originOf(resource.name, requests);
  const elsewhere = Object.entries(result.elsewhere ?? {}).map(([name, system]) => [name, { origin, system }] as const);
  return { ...result, bindings, fragments: fragmentsOf(resource.name, result.system, requests), elsewhere };
}
