import { z } from "zod";
import { tokenScopes } from "../../../access/scope.ts";
import { memberRoles } from "../../../access/role.ts";
import { languages } from "../../../texts/language.ts";
import type { FieldErrors } from "../../parts/form.tsx";
import type { RequestContext } from "../../route.ts";

/** What a form said, or what is wrong with it. */
export type ReadForm<Value> =
  | { readonly kind: "read"; readonly value: Value }
  | { readonly kind: "wrong"; readonly errors: FieldErrors };

/**
 * Reads a form by its schema, which has to be strict: a field that our page does not have is refused.
 * @param messages what to say at each field
 */
export function readForm<Schema extends z.ZodType>(
  { form, texts }: RequestContext,
  schema: Schema,
  messages: { readonly [field: string]: string },
): ReadForm<z.output<Schema>> {
  const { "form-token": _, ...fields } = form;
  const result = schema.safeParse(fields);
  if (result.success) return { kind: "read", value: result.data };
  const errors = result.error.issues.map(({ path: [field] }) => {
    const name = String(field ?? "");
    return messages[name] === undefined ? ["", texts.accounts.form.unexpected] : [name, messages[name]];
  });
  return { kind: "wrong", errors: Object.fromEntries(errors) as FieldErrors };
}

/** Fields of the forms of this part. */
export const fields = {
  email: z.string().trim().toLowerCase().pipe(z.email().max(254)),
  /** Of a person or a thing, as it is shown: no control characters. */
  name: z
    .string()
    .trim()
    .min(1)
    .max(100)
    .regex(/^\P{Cc}+$/u),
  /** Whatever was typed; the rules for new ones are elsewhere. */
  password: z.string().min(1).max(4096),
  code: z.string().trim().min(1).max(40),
  next: z.string().max(500).optional(),
  id: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/),
  language: z.enum(languages),
  role: z.enum(memberRoles),
  scope: z.enum(tokenScopes),
} as const;
