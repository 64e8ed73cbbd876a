import { ApiError, badRequest, forbidden } from "./errors.mjs";
import { integer, list, object, optional, string, withDefault } from "./schema.mjs";
import { childText, childTexts } from "./xml.mjs";

/** @import { Answer, ApiRequest, Bucket, CorsRule } from "../../../../types.ts" */
/** @import { XmlElement } from "./xml.mjs" */

const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** As the admin API takes rules. */
export const corsRules = list(
  object({
    ID: optional(string),
    MaxAgeSeconds: optional(integer),
    AllowedOrigin: list(string),
    AllowedMethod: list(string),
    AllowedHeader: withDefault(list(string), []),
    ExposeHeader: withDefault(list(string), []),
  }),
);

/** @param {readonly CorsRule[]} rules */
export function validateCors(rules) {
  for (const rule of rules) {
    if (!rule.AllowedMethod.every((method) => token.test(method))) throw badRequest("Invalid CORSRule method");
    if (![...rule.AllowedHeader, ...rule.ExposeHeader].every((name) => token.test(name))) {
      throw badRequest("Invalid HTTP header name");
    }
  }
  return rules;
}

/** @param {XmlElement} xml @returns {readonly CorsRule[]} */
export function corsFromXml(xml) {
  const rules = xml.children.map((rule) => {
    const maxAge = childText(rule, "MaxAgeSeconds");
    return {
      ID: childText(rule, "ID"),
      MaxAgeSeconds: maxAge === undefined ? undefined : Number(maxAge),
      AllowedOrigin: childTexts(rule, "AllowedOrigin"),
      AllowedMethod: childTexts(rule, "AllowedMethod"),
      AllowedHeader: childTexts(rule, "AllowedHeader"),
      ExposeHeader: childTexts(rule, "ExposeHeader"),
    };
  });
  const complete = rules.every((rule) => rule.AllowedOrigin.length > 0 && rule.AllowedMethod.length > 0);
  if (xml.name !== "CORSConfiguration" || !complete) {
    throw new ApiError(400, "MalformedXML", "XML deserialization failed");
  }
  return validateCors(rules);
}

/** @param {string} pattern @param {string} candidate */
function matches(pattern, candidate) {
  const parts = pattern.split("*");
  if (parts.length === 1) return candidate === pattern;
  return parts.length === 2 && candidate.startsWith(parts[0] ?? "") && candidate.endsWith(parts[1] ?? "");
}

/** @param {Bucket} bucket @param {ApiRequest} request @param {string} method */
function findRule(bucket, { headers }, method) {
  const origin = headers["origin"] ?? "";
  const wanted = headers["access-control-request-headers"]?.split(",").map((name) => name.trim()) ?? [];
  return bucket.cors?.find(
    (rule) =>
      rule.AllowedOrigin.some((pattern) => matches(pattern, origin)) &&
      rule.AllowedMethod.some((allowed) => allowed === "*" || allowed === method) &&
      wanted.every((name) => rule.AllowedHeader.some((pattern) => matches(pattern, name))),
  );
}

/** @param {CorsRule} rule @param {string} origin */
function headersOf(rule, origin) {
  const any = rule.AllowedOrigin.includes("*");
  return {
    "access-control-allow-origin": any ? "*" : origin,
    "access-control-allow-methods": rule.AllowedMethod.join(", "),
    "access-control-allow-headers": rule.AllowedHeader.join(", "),
    "access-control-expose-headers": rule.ExposeHeader.join(", "),
    ...(any ? {} : { vary: "Origin" }),
  };
}

/** @param {Bucket} bucket @param {ApiRequest} request @returns {Answer} */
export function preflight(bucket, request) {
  const origin = request.headers["origin"];
  const method = request.headers["access-control-request-method"];
  if (origin === undefined) throw badRequest("Missing Origin header");
  if (method === undefined) throw badRequest("Missing Access-Control-Request-Method header");
  const rule = findRule(bucket, request, method);
  if (!rule) throw forbidden("This CORS request is not allowed.");
  const vary = "Origin, Access-Control-Request-Method, Access-Control-Request-Headers";
  return { status: 200, headers: { ...headersOf(rule, origin), vary } };
}

/** @param {Bucket} bucket @param {ApiRequest} request @param {Answer} answer @returns {Answer} */
export function withCors(bucket, request, answer) {
  const origin = request.headers["origin"];
  const rule = origin === undefined ? undefined : findRule(bucket, request, request.method);
  return rule ? { ...answer, headers: { ...answer.headers, ...headersOf(rule, origin ?? "") } } : answer;
}
