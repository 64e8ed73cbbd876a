import type { z } from "zod";
import type { answers } from "./answers.ts";
import { parameters } from "./parameters.ts";

/** Method and path of each call that is made, as in the API's schema. */
export const places = {
  version: ["GET", "/version"],
  resources: ["GET", "/cluster/resources"],
  nextId: ["GET", "/cluster/nextid"],
  permissions: ["GET", "/access/permissions"],
  networks: ["GET", "/nodes/{node}/network"],
  tasks: ["GET", "/nodes/{node}/tasks"],
  taskStatus: ["GET", "/nodes/{node}/tasks/{upid}/status"],
  taskLog: ["GET", "/nodes/{node}/tasks/{upid}/log"],
  config: ["GET", "/nodes/{node}/qemu/{vmid}/config"],
  status: ["GET", "/nodes/{node}/qemu/{vmid}/status/current"],
  clone: ["POST", "/nodes/{node}/qemu/{vmid}/clone"],
  configure: ["POST", "/nodes/{node}/qemu/{vmid}/config"],
  resize: ["PUT", "/nodes/{node}/qemu/{vmid}/resize"],
  start: ["POST", "/nodes/{node}/qemu/{vmid}/status/start"],
  shutdown: ["POST", "/nodes/{node}/qemu/{vmid}/status/shutdown"],
  destroy: ["DELETE", "/nodes/{node}/qemu/{vmid}"],
  agentInterfaces: ["GET", "/nodes/{node}/qemu/{vmid}/agent/network-get-interfaces"],
  agentReadFile: ["GET", "/nodes/{node}/qemu/{vmid}/agent/file-read"],
} as const satisfies { readonly [name in keyof typeof parameters]: readonly [Method, string] };

/** The methods of HTTP that the API uses. */
export type Method = "GET" | "POST" | "PUT" | "DELETE";
/** Name of a call. */
export type CallName = keyof typeof places;
/** What a call takes. */
export type Parameters<Name extends CallName> = z.input<(typeof parameters)[Name]>;
/** What a call gives. */
export type Answer<Name extends CallName> = z.output<(typeof answers)[Name]>;

/** A request as it goes over the wire. */
export interface ApiRequest {
  readonly method: Method;
  /** Below `/api2/json`, with its query. */
  readonly path: string;
  /** A form, for POST and PUT. */
  readonly body?: string | undefined;
}

/** Writes parameters as a form: booleans are 1 and 0. */
function form(entries: readonly (readonly [string, unknown])[]): string {
  return entries
    .map(([key, value]) => {
      const text = typeof value === "boolean" ? (value ? "1" : "0") : String(value);
      return `${encodeURIComponent(key)}=${encodeURIComponent(text)}`;
    })
    .join("&");
}

/**
 * Makes the request of a call. Pure.
 * @throws ZodError when the parameters are not what the API takes: a defect of the caller
 */
export function requestOf<Name extends CallName>(name: Name, given: Parameters<Name>): ApiRequest {
  const checked = parameters[name].parse(given) as Readonly<Record<string, unknown>>;
  const [method, template] = places[name];
  const placed = new Set<string>();
  const path = template.replaceAll(/\{(\w+)\}/g, (_, key: string) => {
    placed.add(key);
    return encodeURIComponent(String(checked[key]));
  });
  const rest = form(Object.entries(checked).filter(([key, value]) => value !== undefined && !placed.has(key)));
  if (method === "POST" || method === "PUT") return { method, path, body: rest };
  return { method, path: rest === "" ? path : `${path}?${rest}` };
}
