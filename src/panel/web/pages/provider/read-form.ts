import { z } from "zod";
import type { RequestContext } from "../../route.ts";
import type { FieldErrors } from "../../parts/form.tsx";

/** What a form was sent with, checked; or what is wrong, by field. */
export type FormReading<Value> = { readonly value: Value } | { readonly errors: FieldErrors };

/**
 * Checks a form against what it may hold and nothing else.
 * @param texts what to say about each field; about a field that there is not, under the empty name
 */
export function readForm<Shape extends z.core.$ZodLooseShape>(
  form: RequestContext["form"],
  shape: Shape,
  texts: FieldErrors,
): FormReading<z.output<z.ZodObject<Shape, z.core.$strict>>> {
  const { "form-token": _, ...given } = form;
  const result = z.strictObject(shape).safeParse(given);
  if (result.success) return { value: result.data };
  const fields = result.error.issues.map(({ path }) => String(path[0] ?? ""));
  return { errors: Object.fromEntries(fields.map((field) => [field, texts[field] ?? texts[""] ?? ""])) };
}
