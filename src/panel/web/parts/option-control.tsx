import type { FC } from "hono/jsx";
import type { Json } from "../../../model/json.ts";
import { fieldName, shownValue, type OptionField } from "../../configurations/option-fields.ts";
import type { RequestContext } from "../route.ts";
import { Choice, Switch, TextArea, TextField } from "./form.tsx";

/** `mediaCacheDays` as words, where there is no text for it. */
function spelled(name: string): string {
  const words = name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The control of one option, with the panel's words for it or else those of its author. */
export const OptionControl: FC<{
  readonly context: RequestContext;
  readonly application: string;
  readonly field: OptionField;
  readonly value: Json | undefined;
  /** What was typed, when that is wrong. */
  readonly typed?: string | undefined;
  readonly error?: string | undefined;
}> = ({ context, application, field, value, typed, error }) => {
  const { options, choices } = context.texts.services;
  const own = Object.hasOwn(options, field.name) ? options[field.name as keyof typeof options] : undefined;
  const hint = own === undefined ? field.description : own.hint;
  const common = {
    name: fieldName(application, field.name),
    label: own?.label ?? spelled(field.name),
    hint: hint === "" ? undefined : hint,
    error,
  };
  const shown = typed ?? shownValue(field, value);
  switch (field.kind) {
    case "switch":
      return <Switch {...common} checked={shown === "true"} />;
    case "choice": {
      const label = (one: string): string => (Object.hasOwn(choices, one) ? choices[one as keyof typeof choices] : one);
      return (
        <Choice {...common} value={shown} options={field.values.map((one) => ({ value: one, label: label(one) }))} />
      );
    }
    case "paragraph":
      return <TextArea {...common} value={shown} maxlength={field.maxLength} />;
    case "number":
      return <TextField {...common} value={shown} type="number" inputmode="numeric" min={field.min} max={field.max} />;
    case "line":
    case "list":
      return <TextField {...common} value={shown} maxlength={field.kind === "line" ? field.maxLength : undefined} />;
  }
};
