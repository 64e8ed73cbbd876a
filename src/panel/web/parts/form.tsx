import type { Child, FC } from "hono/jsx";
import type { RequestContext } from "../route.ts";

/** What is wrong in a form, by the name of the field; the empty name stands for the form as a whole. */
export type FieldErrors = { readonly [field: string]: string };

/** A form that changes something: made for this session, and sent to where it says. */
export const Form: FC<{
  readonly context: RequestContext;
  readonly action: string;
  readonly class?: string;
  readonly id?: string;
  readonly children?: Child;
}> = ({ context, action, children, ...rest }) => (
  <form method="post" action={action} novalidate {...rest}>
    {context.formToken !== "" && <input type="hidden" name="form-token" value={context.formToken} />}
    {children}
  </form>
);

/** Says first what is wrong, with links to the fields (WCAG 2.2, 3.3.1). */
export const ErrorSummary: FC<{ readonly context: RequestContext; readonly errors: FieldErrors }> = ({
  context,
  errors,
}) => {
  const entries = Object.entries(errors);
  if (entries.length === 0) return null;
  return (
    <div class="notice bad" role="alert" aria-labelledby="problem">
      <h2 id="problem">{context.texts.shell.problem}</h2>
      <ul>
        {entries.map(([field, text]) => (
          <li>{field === "" ? text : <a href={`#${field}`}>{text}</a>}</li>
        ))}
      </ul>
    </div>
  );
};

interface FieldProperties {
  readonly name: string;
  readonly label: string;
  readonly hint?: string | undefined;
  readonly error?: string | undefined;
  readonly children?: Child;
}

/** Ids of what describes a control, for `aria-describedby`. */
function describedBy({ name, hint, error }: FieldProperties): { readonly "aria-describedby"?: string } {
  const ids = [...(hint === undefined ? [] : [`${name}-hint`]), ...(error === undefined ? [] : [`${name}-error`])];
  return ids.length === 0 ? {} : { "aria-describedby": ids.join(" ") };
}

const Described: FC<FieldProperties> = ({ name, hint, error }) => (
  <>
    {hint !== undefined && (
      <p class="hint" id={`${name}-hint`}>
        {hint}
      </p>
    )}
    {error !== undefined && (
      <p class="error" id={`${name}-error`}>
        {error}
      </p>
    )}
  </>
);

/** A line of text with its label. */
export const TextField: FC<
  FieldProperties & {
    readonly value?: string | undefined;
    readonly type?: "text" | "email" | "password" | "number" | "url";
    readonly autocomplete?: string;
    readonly inputmode?: "numeric" | "text";
    readonly required?: boolean;
    readonly maxlength?: number | undefined;
    readonly min?: number | undefined;
    readonly max?: number | undefined;
    readonly autofocus?: boolean;
  }
> = ({ name, label, hint, error, value, type = "text", children, ...rest }) => (
  <div class="field">
    <label for={name}>{label}</label>
    <Described name={name} label={label} hint={hint} error={error} />
    <input
      id={name}
      name={name}
      type={type}
      {...(value === undefined ? {} : { value })}
      {...(error === undefined ? {} : { "aria-invalid": "true" })}
      {...describedBy({ name, label, hint, error })}
      {...rest}
    />
    {children}
  </div>
);

/** Text of several lines with its label. */
export const TextArea: FC<
  FieldProperties & {
    readonly value?: string | undefined;
    readonly rows?: number;
    readonly maxlength?: number | undefined;
  }
> = ({ name, label, hint, error, value = "", rows = 5, maxlength }) => (
  <div class="field">
    <label for={name}>{label}</label>
    <Described name={name} label={label} hint={hint} error={error} />
    <textarea
      id={name}
      name={name}
      rows={rows}
      {...(maxlength === undefined ? {} : { maxlength })}
      {...(error === undefined ? {} : { "aria-invalid": "true" })}
      {...describedBy({ name, label, hint, error })}
    >
      {value}
    </textarea>
  </div>
);

/** One of a few, all visible. */
export const Choice: FC<
  FieldProperties & {
    readonly options: readonly { readonly value: string; readonly label: string; readonly hint?: string | undefined }[];
    readonly value?: string | undefined;
  }
> = ({ name, label, hint, error, options, value, children }) => (
  <fieldset class="field" id={name} {...describedBy({ name, label, hint, error })}>
    <legend>{label}</legend>
    <Described name={name} label={label} hint={hint} error={error} />
    {options.map((option, index) => (
      <label class="option">
        <input
          type="radio"
          name={name}
          value={option.value}
          {...(option.value === value || (value === undefined && index === 0) ? { checked: true } : {})}
        />
        <span>
          {option.label}
          {option.hint !== undefined && <small>{option.hint}</small>}
        </span>
      </label>
    ))}
    {children}
  </fieldset>
);

/** Yes or no. */
export const Switch: FC<FieldProperties & { readonly checked: boolean }> = ({ name, label, hint, error, checked }) => (
  <div class="field">
    <label class="option">
      <input
        id={name}
        name={name}
        type="checkbox"
        value="true"
        {...(checked ? { checked: true } : {})}
        {...(error === undefined ? {} : { "aria-invalid": "true" })}
        {...describedBy({ name, label, hint, error })}
      />
      <span>{label}</span>
    </label>
    <Described name={name} label={label} hint={hint} error={error} />
  </div>
);
