import { z } from "zod";
import { isObject } from "../model/json.ts";
import { isReference, isSecret, isTemplate, SecretText, type Text } from "../model/reference.ts";
import { AbsolutePath } from "./path.ts";

/** A value of a key: text, a repeated key, an argument vector (keys `Exec…`) or variables (key `Environment`). */
export type UnitValue =
  | Text
  | number
  | boolean
  | readonly Text[]
  | readonly (readonly Text[])[]
  | { readonly [variable: string]: Text };

/** Section → key → value, as in systemd.unit(5) and podman-systemd.unit(5). */
export type UnitSections = { readonly [section: string]: { readonly [key: string]: UnitValue } };

function isPlainText(value: unknown): boolean {
  return typeof value === "string" || ((isReference(value) || isTemplate(value)) && !isSecret(value));
}

/** Without schemas of its own: a system has hundreds of values, and evaluation has to be fast. */
function isUnitValue(value: unknown): boolean {
  if (typeof value === "boolean") return true;
  if (typeof value === "number") return Number.isFinite(value);
  if (isPlainText(value)) return true;
  if (Array.isArray(value))
    return value.every((item) => isPlainText(item) || (Array.isArray(item) && item.every(isPlainText)));
  if (!isObject(value) || isReference(value) || isTemplate(value)) return false;
  return Object.entries(value).every(([name, text]) => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && isPlainText(text));
}

const Value: z.ZodType<UnitValue> = z.custom<UnitValue>(
  isUnitValue,
  "expected text without secrets (secrets reach units as credentials), a number, a boolean, a list or variables",
);

const Sections = z.record(
  z.string().regex(/^[A-Z][A-Za-z]*$/, "expected a section such as Service"),
  z.record(z.string().regex(/^[A-Z][A-Za-z0-9]*$/, "expected a key such as ExecStart"), Value),
);

const behaviour = {
  /** Files of the system whose change restarts the unit; files named in its own text count without being listed. */
  restartOn: z.array(AbsolutePath).default([]),
  /** Files of the system whose change does nothing to the unit, although its text names them. */
  unaffectedBy: z.array(AbsolutePath).default([]),
  /** Files of the system whose change only reloads it. */
  reloadOn: z.array(AbsolutePath).default([]),
  /** What a change of the unit itself does when it runs. */
  onChange: z.enum(["restart", "reload", "nothing"]).default("restart"),
  /** Started with the generation. A unit that others start (a timer's service, a socket's service) is not enabled. */
  enabled: z.boolean().default(true),
};

/** A systemd unit of a system. */
export const Unit = z.strictObject({
  sections: Sections,
  /** Credentials (systemd.exec(5)) by name; the process finds them in $CREDENTIALS_DIRECTORY. */
  credentials: z.record(z.string().regex(/^[a-z0-9][a-z0-9_.-]*$/), SecretText).default({}),
  ...behaviour,
});
export type Unit = z.infer<typeof Unit>;

/** A Podman Quadlet of a system; its unit is made by podman's generator. */
export const Quadlet = z.strictObject({ sections: Sections, ...behaviour });
export type Quadlet = z.infer<typeof Quadlet>;

/** Unit names that a system may have: systemd.unit(5), without those of Fediversity's own units. */
export const UnitName = z
  .string()
  .max(200)
  .regex(
    /^(?!fediversity[.-])[a-zA-Z0-9:_][a-zA-Z0-9:_.-]*(?:@[a-zA-Z0-9:_.-]*)?\.(?:service|socket|timer|path|target|slice|mount)$/,
    "expected a unit name such as greeter.service",
  );

/** Quadlet file names: podman-systemd.unit(5). */
export const QuadletName = z
  .string()
  .max(200)
  .regex(
    /^(?!fediversity[.-])[a-zA-Z0-9_][a-zA-Z0-9_.-]*\.(?:container|volume|network|pod|image)$/,
    "expected a quadlet name such as mastodon-web.container",
  );

/** The unit that podman's generator makes of a quadlet: podman-systemd.unit(5). */
export function quadletUnit(name: string): string {
  const [, stem = name, kind = ""] = /^(.*)\.([a-z]+)$/.exec(name) ?? [];
  return kind === "container" ? `${stem}.service` : `${stem}-${kind}.service`;
}
