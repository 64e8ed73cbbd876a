import { badRequest } from "./errors.mjs";

/**
 * Reads a value of JSON as a type, and refuses others as Garage does. Fields that nobody reads are refused too: Garage
 * passes over them, and so over a misspelt one.
 * @template T
 * @typedef {(value: unknown, at: string) => T} Reader
 */

/** @param {string} at @param {string} expected */
const invalid = (at, expected) => badRequest(`Invalid JSON: ${at}: expected ${expected}`);

/** @type {Reader<string>} */
export function string(value, at) {
  if (typeof value !== "string") throw invalid(at, "a string");
  return value;
}

/** @type {Reader<boolean>} */
export function boolean(value, at) {
  if (typeof value !== "boolean") throw invalid(at, "a boolean");
  return value;
}

/** @type {Reader<number>} */
export function integer(value, at) {
  if (!Number.isInteger(value) || Number(value) < 0) throw invalid(at, "u64");
  return Number(value);
}

/** @type {Reader<string>} */
export function date(value, at) {
  const text = string(value, at);
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text)) throw invalid(at, "an RFC 3339 date");
  return new Date(text).toISOString();
}

/**
 * @template T
 * @param {Reader<T>} reader
 * @returns {Reader<T | undefined>}
 */
export const optional = (reader) => (value, at) =>
  value === undefined || value === null ? undefined : reader(value, at);

/**
 * @template T
 * @template D
 * @param {Reader<T>} reader
 * @param {D} otherwise where the field is not there at all
 * @returns {Reader<T | D>}
 */
export const withDefault = (reader, otherwise) => (value, at) => (value === undefined ? otherwise : reader(value, at));

/**
 * @template T
 * @param {Reader<T>} reader
 * @returns {Reader<T[]>}
 */
export const list = (reader) => (value, at) => {
  if (!Array.isArray(value)) throw invalid(at, "a sequence");
  return value.map((/** @type {unknown} */ item, index) => reader(item, `${at}[${String(index)}]`));
};

/**
 * @template {Readonly<Record<string, Reader<unknown>>>} F
 * @param {F} fields
 * @returns {Reader<{ [K in keyof F]: ReturnType<F[K]> }>}
 */
export const object = (fields) => (value, at) => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw invalid(at, "a map");
  const given = /** @type {Record<string, unknown>} */ (value);
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(fields, name))
      throw badRequest(`Invalid JSON: ${at}: the double knows no field \`${name}\` here`);
  }
  const read = Object.entries(fields).map(([name, reader]) => [name, reader(given[name], `${at}.${name}`)]);
  return /** @type {{ [K in keyof F]: ReturnType<F[K]> }} */ (Object.fromEntries(read));
};

export const anything = (/** @type {unknown} */ value) => value;
