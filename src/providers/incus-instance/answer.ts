import { Failure } from "../../model/failure.ts";
import { isObject } from "../../model/json.ts";

/** What the API answers: rest-api.md of Incus, "Return values". */
export type Answer =
  | { readonly type: "sync"; readonly metadata: unknown }
  | { readonly type: "async"; readonly operation: string; readonly metadata: unknown }
  | { readonly type: "error"; readonly code: number; readonly words: string };

/**
 * Reads an answer.
 * @param status of HTTP, for answers that are none of Incus's
 */
export function readAnswer(status: number, body: string): Answer {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return { type: "error", code: status, words: `no answer of Incus: ${body.slice(0, 200)}` };
  }
  if (!isObject(value)) return { type: "error", code: status, words: "no answer of Incus" };
  if (value["type"] === "error") {
    return { type: "error", code: Number(value["error_code"] ?? status), words: String(value["error"]) };
  }
  const { operation, metadata } = value;
  // A long-running request is answered with the path of its operation, with the project as its query.
  if (value["type"] === "async" && typeof operation === "string") return { type: "async", operation, metadata };
  return { type: "sync", metadata };
}

/** A request as errors speak of it. */
export interface Request {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
}

/** Everything in the request that Incus's words may name: settings, devices, the image, profiles. */
function namesIn(body: unknown): readonly (readonly [name: string, parameter: string])[] {
  if (!isObject(body)) return [];
  const { config, devices, source, profiles } = body;
  const devicesOf = isObject(devices) ? Object.entries(devices) : [];
  return [
    ...(isObject(config) ? Object.keys(config).map((key) => [key, `config ${key}`] as const) : []),
    ...devicesOf.flatMap(([name, device]) =>
      Object.entries(isObject(device) ? device : {})
        .filter(([key]) => !["type", "path", "name"].includes(key))
        .map(([key, value]) => [String(value), `${key} of the device ${name}`] as const),
    ),
    ...devicesOf.map(([name]) => [`"${name}"`, `device ${name}`] as const),
    ...(isObject(source)
      ? ["alias", "fingerprint"].flatMap((key) =>
          typeof source[key] === "string" ? [[source[key], `image ${key}`] as const] : [],
        )
      : []),
    ...(Array.isArray(profiles) ? profiles.map((name) => [String(name), "profiles"] as const) : []),
  ];
}

/** Whether a name stands in a text as a word of its own. */
function standsIn(text: string, name: string): boolean {
  const literal = name.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&");
  return new RegExp(`(?<![\\w.-])${literal}(?![\\w-])`).test(text);
}

/** Finds the parameter of a request that Incus's words are about; undefined when they name none. */
export function parameterAtFault(words: string, body: unknown): string | undefined {
  const named = namesIn(body).find(([name]) => name.length > 1 && standsIn(words, name));
  if (named !== undefined) return named[1];
  if (/\bimage\b|alias|fingerprint/i.test(words)) return "image";
  if (/\bproject\b/i.test(words)) return "project";
  if (/\bmember\b|\btarget\b|cluster group/i.test(words)) return "target";
  return undefined;
}

/**
 * Makes the failure for what the API refused, with its own words and the parameter at fault.
 * @param attempted as a clause
 */
export function refusal(
  server: string,
  request: Request,
  { code, words }: { readonly code: number; readonly words: string },
  attempted: string,
): Failure {
  const forbidden = code === 401 || code === 403;
  const parameter = parameterAtFault(words, request.body);
  return new Failure({
    code: forbidden ? "incus-forbidden" : code === 404 ? "incus-not-found" : "incus-refused",
    attempted,
    subject: server,
    found: `Incus answered: ${words}${parameter === undefined ? "" : ` (parameter: ${parameter})`}`,
    next: forbidden
      ? "Let the server trust the deployer's certificate, and let the certificate use the project: see docs/machine-sources/incus.md."
      : "Correct what it names in the environment or in the cluster, then run the same command again.",
    details: [`${request.method} ${request.path}`],
  });
}
