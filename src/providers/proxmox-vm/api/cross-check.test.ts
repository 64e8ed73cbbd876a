import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { z } from "zod";
import { places, type CallName } from "./calls.ts";
import { parameters } from "./parameters.ts";

interface Property {
  readonly type?: string;
  readonly optional?: number;
  readonly enum?: readonly string[];
  readonly minimum?: number | string;
  readonly maximum?: number;
  readonly maxLength?: number;
}
interface Official {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Method>>>>;
}
interface Method {
  readonly parameters?: { readonly properties?: Readonly<Record<string, Property>> };
}
interface Own {
  readonly properties?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly required?: readonly string[];
}

const file = new URL("../../../../../shared/reference/pve-api-8.4-subset.json", import.meta.url);
/** Calls that the subset of the official schema does not have. */
const beyond = new Set<CallName>(["permissions", "networks", "tasks", "agentReadFile"]);
const types = {
  boolean: ["boolean"],
  integer: ["integer"],
  string: ["string"],
  number: ["number", "integer"],
} as const;

/** The official property for one of ours: `ipconfig0` is one of `ipconfig[n]`. */
function propertyOf(official: Readonly<Record<string, Property>>, name: string): Property | undefined {
  return official[name] ?? official[name.replace(/\d+$/, "[n]")];
}

test("what is sent is what the official schema of the API takes", (context) => {
  if (!existsSync(file)) {
    // It belongs to Proxmox and is no part of this repository: nothing is missing where it is not.
    context.diagnostic(`the official schema is not there: ${file.pathname}`);
    return;
  }
  const { paths } = JSON.parse(readFileSync(file, "utf8")) as Official;
  let compared = 0;
  for (const name of Object.keys(places) as CallName[]) {
    const [method, path] = places[name];
    const call = paths[path]?.[method];
    assert.equal(call === undefined, beyond.has(name), `${method} ${path}`);
    if (call === undefined) continue;
    const own = z.toJSONSchema(parameters[name], { io: "input" }) as Own;
    const official = call.parameters?.properties ?? {};
    for (const [key, schema] of Object.entries(own.properties ?? {})) {
      const place = `${name}: ${key}`;
      const property = propertyOf(official, key);
      assert.ok(property !== undefined, `${place} is no parameter of ${method} ${path}`);
      const kind = (property.type ?? "string") as keyof typeof types;
      assert.ok((types[kind] as readonly unknown[]).includes(schema["type"]), `${place} is a ${kind}`);
      for (const value of (schema["enum"] ?? []) as string[]) {
        if (property.enum !== undefined) assert.ok(property.enum.includes(value), `${place}: ${value}`);
      }
      if (property.minimum !== undefined) assert.ok(Number(schema["minimum"]) >= Number(property.minimum), place);
      if (property.maximum !== undefined) assert.ok(Number(schema["maximum"]) <= property.maximum, place);
      if (property.maxLength !== undefined) assert.ok(Number(schema["maxLength"]) <= property.maxLength, place);
      compared += 1;
    }
    for (const [key, { optional }] of Object.entries(official)) {
      if (optional !== 1) assert.ok(own.required?.includes(key), `${name}: ${key} is required`);
    }
  }
  assert.ok(compared > 50, `${String(compared)} parameters were compared`);
});
