import type { EnvironmentResult } from "./environment.ts";
import { Failure } from "./failure.ts";
import { isObject, member } from "./json.ts";
import { nearest } from "./nearest.ts";
import { type BindingReference, substitute } from "./reference.ts";

function unknown(place: string, path: string, bound: unknown): Failure {
  const near = isObject(bound) ? nearest(path, Object.keys(bound)) : undefined;
  return new Failure({
    code: "binding-unknown",
    attempted: "bind requests to what fulfils them",
    subject: place,
    found: `nothing is bound there${near === undefined ? "" : `; is "${near}" meant?`}`,
    next: "Mend the application or resource module that uses this binding.",
  });
}

/**
 * Makes a function that replaces references to bindings by what was bound, through any number of steps.
 * @throws Failure `binding-unknown` or `binding-cycle`
 */
export function binder(bindings: EnvironmentResult["bindings"]): (value: unknown) => unknown {
  // Applications use a member in many places by one and the same reference.
  const known = new Map<BindingReference, unknown>();
  const find = (reference: BindingReference, via: readonly string[]): unknown => {
    const place = `${reference.$binding}.${reference.path}`;
    if (via.includes(place)) {
      throw new Failure({
        code: "binding-cycle",
        attempted: "bind requests to what fulfils them",
        subject: place,
        found: `it depends on itself: ${[...via.slice(via.indexOf(place)), place].join(" → ")}`,
        next: "Mend the application or resource module that uses this binding.",
      });
    }
    const bound = bindings[reference.$binding];
    const found = member(bound, reference.path);
    if (found === undefined) throw unknown(place, reference.path, bound);
    return typeof found === "object" ? replaceAll(found, [...via, place]) : found;
  };
  const replaceAll = (value: unknown, via: readonly string[]): unknown =>
    substitute(value, (reference) => {
      if (!("$binding" in reference)) return undefined;
      const before = known.get(reference);
      if (before !== undefined) return before;
      const found = find(reference, via);
      known.set(reference, found);
      return found;
    });
  return (value) => replaceAll(value, []);
}
