/* oxlint-disable no-underscore-dangle -- what schemas are made of has this name: zod.dev/library-authors */
import type { z } from "zod";
import { isObject } from "./json.ts";
import { isSettled, once, settled, settledAsWhole } from "./settled.ts";

/** What a schema makes of a value; `doubt` where only the schema itself can say. */
type Read = (value: unknown) => unknown;

const doubt = Symbol("doubt");

const known = new WeakMap<z.core.$ZodType, Read>();

const wrong: Read = () => doubt;

function bySchema(schema: z.core.$ZodType): Read {
  return (value) => {
    const result = (schema as z.ZodType).safeParse(value);
    return result.success ? result.data : doubt;
  };
}

/** A check as a question; about a value that it would change, the schema itself has to say. */
function holds(check: z.core.$ZodCheck): (value: unknown) => boolean {
  const { def } = check._zod;
  const applies: ((payload: z.core.ParsePayload) => boolean) | undefined = def.when;
  const answer = (value: unknown): boolean => {
    const payload: z.core.ParsePayload = { value, issues: [] };
    if (applies?.(payload) === false) return true;
    return check._zod.check(payload as never) === undefined && payload.issues.length === 0 && payload.value === value;
  };
  if (def.check === "string_format") {
    const { format, pattern } = def as z.core.$ZodCheckStringFormatDef;
    if (format === "regex" && /^u?$/.test(pattern?.flags ?? "g"))
      return (value) => pattern?.test(value as string) === true;
  }
  if (def.check === "max_length") {
    const { maximum } = def as z.core.$ZodCheckMaxLengthDef;
    // In units of UTF-16, of which a character has one or two.
    return (value) => (value as string).length <= maximum || answer(value);
  }
  return answer;
}

/** What comes after the type itself: the schema's own checks, and those that were added to it. */
function withChecks(schema: z.core.$ZodType, read: Read): Read {
  const self = schema._zod.traits.has("$ZodCheck") ? [schema as unknown as z.core.$ZodCheck] : [];
  const checks = [...self, ...(schema._zod.def.checks ?? [])].map(holds);
  const [first] = checks;
  if (first === undefined) return read;
  if (checks.length === 1) {
    return (value) => {
      const found = read(value);
      return found !== doubt && first(found) ? found : doubt;
    };
  }
  return (value) => {
    const found = read(value);
    return found !== doubt && checks.every((check) => check(found)) ? found : doubt;
  };
}

function objectReader({ shape, catchall }: z.core.$ZodObjectDef): Read | undefined {
  const strict = catchall?._zod.def.type === "never";
  const names = Object.keys(shape);
  if (
    (catchall !== undefined && !strict) ||
    names.includes("__proto__") ||
    Object.getOwnPropertySymbols(shape).length > 0
  )
    return undefined;
  const members = names.map((name) => {
    const schema = shape[name] as z.core.$ZodType;
    return { name, read: reader(schema), optional: schema._zod.optin !== undefined };
  });
  const declared = new Set(names);
  return (value) => {
    if (!isObject(value)) return doubt;
    if (strict) for (const name in value) if (!declared.has(name)) return doubt;
    const made: Record<string, unknown> = {};
    for (const { name, read, optional } of members) {
      const given = value[name];
      if (given === undefined && !optional) return doubt;
      const found = read(given);
      if (found === doubt) return doubt;
      if (found !== undefined || name in value) made[name] = found;
    }
    return made;
  };
}

function recordReader({ keyType, valueType }: z.core.$ZodRecordDef): Read | undefined {
  // Keys that can be counted must all be there.
  if (keyType._zod.values !== undefined) return undefined;
  const readKey = reader(keyType);
  const readValue = reader(valueType);
  return (value) => {
    if (!isObject(value) || Object.getPrototypeOf(value) !== Object.prototype) return doubt;
    if (Object.getOwnPropertySymbols(value).length > 0) return doubt;
    const made: Record<string, unknown> = {};
    for (const key of Object.keys(value)) {
      if (key === "__proto__" || readKey(key) !== key) return doubt;
      const found = readValue(value[key]);
      if (found === doubt) return doubt;
      made[key] = found;
    }
    return made;
  };
}

function arrayReader({ element }: z.core.$ZodArrayDef): Read {
  const read = reader(element);
  return (value) => {
    if (!Array.isArray(value)) return doubt;
    const made: unknown[] = [];
    for (const item of value as readonly unknown[]) {
      const found = read(item);
      if (found === doubt) return doubt;
      made.push(found);
    }
    return made;
  };
}

function unionReader({ options, discriminator }: z.core.$ZodDiscriminatedUnionDef): Read {
  const byValue = new Map<unknown, Read>();
  for (const option of options) {
    for (const value of option._zod.propValues?.[discriminator] ?? []) byValue.set(value, reader(option));
  }
  return (value) => (isObject(value) ? (byValue.get(value[discriminator])?.(value) ?? doubt) : doubt);
}

/** Whether its reader is in doubt only about what is wrong. */
function isPattern(schema: z.core.$ZodType): boolean {
  const { type, checks = [] } = schema._zod.def;
  const isRegex = ({ _zod: { def } }: z.core.$ZodCheck): boolean =>
    def.check === "string_format" && (def as z.core.$ZodCheckStringFormatDef).format === "regex";
  return type === "string" && checks.every(isRegex);
}

function choiceReader(options: readonly z.core.$ZodType[]): Read {
  const choices = options.map((option) => [reader(option), isPattern(option) ? wrong : bySchema(option)] as const);
  return (value) => {
    for (const [read, decide] of choices) {
      const found = read(value);
      const sure = found === doubt ? decide(value) : found;
      if (sure !== doubt) return sure;
    }
    return doubt;
  };
}

function valuesReader(values: ReadonlySet<unknown> | undefined): Read | undefined {
  return values && ((value) => (values.has(value) ? value : doubt));
}

/** Reads what is of this type, before checks; undefined where the schema does it itself. */
function typeReader(schema: z.core.$ZodType): Read | undefined {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case "string":
      return def.coerce === true ? undefined : (value) => (typeof value === "string" ? value : doubt);
    case "number":
      return def.coerce === true ? undefined : (value) => (Number.isFinite(value) ? value : doubt);
    case "boolean":
      return def.coerce === true ? undefined : (value) => (typeof value === "boolean" ? value : doubt);
    case "enum":
    case "literal":
      return valuesReader(schema._zod.values);
    case "custom":
      return (value) => value;
    case "optional": {
      if (def.innerType._zod.optin === "defaulted") return undefined;
      const read = reader(def.innerType);
      return (value) => (value === undefined ? undefined : read(value));
    }
    case "default": {
      const read = reader(def.innerType);
      return (value) => (value === undefined ? def.defaultValue : read(value)) ?? doubt;
    }
    case "object":
      return objectReader(def);
    case "record":
      return recordReader(def);
    case "array":
      return arrayReader(def);
    case "union":
      if ("discriminator" in def) return unionReader(def as z.core.$ZodDiscriminatedUnionDef);
      return def.inclusive === false ? undefined : choiceReader(def.options);
    default:
      return undefined;
  }
}

/** Values that are settled and are what this schema makes of them. */
const accepted = new WeakMap<object, z.core.$ZodType>();

/** Reads what is settled once; what comes out of it is as settled. */
function onceWhereSettled(schema: z.core.$ZodType, read: Read): Read {
  const readSettled = once((value: object) => settled(read(value)));
  return (value) => {
    if (typeof value !== "object" || value === null || !isSettled(value)) return read(value);
    return accepted.get(value) === schema ? value : readSettled(value);
  };
}

const compound: ReadonlySet<string> = new Set(["object", "record", "array"]);

function reader(schema: z.core.$ZodType): Read {
  const found = known.get(schema);
  if (found !== undefined) return found;
  // A schema may have itself as a member.
  known.set(schema, (value) => known.get(schema)?.(value));
  const read = typeReader(schema);
  const checked = read === undefined ? bySchema(schema) : withChecks(schema, read);
  const made = compound.has(schema._zod.def.type) ? onceWhereSettled(schema, checked) : checked;
  known.set(schema, made);
  return made;
}

/**
 * Checks a value against a schema, as `schema.safeParse` does and with the same result: evaluation checks thousands of
 * values of which nearly all are right, and for those the schema is turned into plain functions once. About a value that
 * is not plainly right the schema itself decides, and says what is wrong.
 */
export function parse<T extends z.ZodType>(schema: T, value: unknown): z.ZodSafeParseResult<z.output<T>> {
  const data = reader(schema)(value);
  return data === doubt ? schema.safeParse(value) : { success: true, data: data as z.output<T> };
}

/** Settles a value that is made of what came out of this schema, so that it is not checked a second time. */
export function accept<T extends z.ZodType>(schema: T, value: z.output<T> & object): z.output<T> {
  accepted.set(settledAsWhole(value), schema);
  return value;
}
