import type { FC } from "hono/jsx";
import { passwordProblem } from "../../../accounts/password-problem.ts";
import { TextField, type FieldErrors } from "../../parts/form.tsx";
import type { RequestContext } from "../../route.ts";

/** The field for a new password, with its rules. */
export const NewPasswordField: FC<{
  readonly context: RequestContext;
  readonly name: string;
  readonly label: string;
  readonly errors: FieldErrors;
}> = ({ context, name, label, errors }) => (
  <TextField
    name={name}
    label={label}
    type="password"
    autocomplete="new-password"
    hint={context.texts.accounts.newPassword.hint}
    error={errors[name]}
    required
  />
);

/** What is wrong with a new password, in words; nothing when it is fine. */
export function newPasswordError({ texts }: RequestContext, password: string, email: string): string | undefined {
  const problem = passwordProblem(password, email);
  return problem === undefined ? undefined : texts.accounts.newPassword[problem];
}
