import type { EnvironmentResult } from "./environment.ts";
import { Failure } from "./failure.ts";
import { isObject, member } from "./json.ts";
import { nearest } from "./nearest.ts";
import { substitute } from "./reference.ts";

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
 * Replaces references to bindings by what was bound, through any number of steps.
 * @throws Failure `binding-unknown` or `binding-cycle`
 */
export function bind(value: unknown, bindings: EnvironmentResult["bindings"], via: readonly string[] = []): unknown {
  return substitute(value, (reference) => {
    if (!("$binding" in reference)) return undefined;
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
    return typeof found === "object" ? bind(found, bindings, [...via, place]) : found;
  });
}
