import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { methods } from "./methods.ts";
import { verify, type Property } from "./schema.ts";

interface OfficialProperty {
  readonly type?: string;
  readonly optional?: number;
  readonly format?: string | object;
  readonly enum?: readonly string[];
  readonly minimum?: number | string;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly requires?: string;
}
interface Official {
  readonly paths: Readonly<
    Record<
      string,
      Readonly<
        Record<string, { readonly parameters?: { readonly properties?: Readonly<Record<string, OfficialProperty>> } }>
      >
    >
  >;
}

const file = new URL("../../../../shared/reference/pve-api-8.4-subset.json", import.meta.url);
/** Calls that the subset of the official schema does not have. */
const beyond = /^GET \/(?:access\/permissions|nodes\/\{node\}\/(?:network|tasks))$|agent\/file-read$/;

/** Whether what the double takes is never more than what the official schema takes, as far as both say it. */
function isAsStrict(own: Property, official: OfficialProperty): boolean {
  const { minimum, maximum, maxLength } = official;
  return (
    own.type === (official.type ?? "string") &&
    (own.optional === true) === (official.optional === 1) &&
    (own.requires ?? official.requires) === official.requires &&
    ((official.enum ?? undefined) === undefined ||
      (own.enum?.every((value) => official.enum?.includes(value)) ?? false)) &&
    (minimum === undefined || (own.minimum ?? NaN) >= Number(minimum)) &&
    (maximum === undefined || (own.maximum ?? NaN) <= maximum) &&
    (maxLength === undefined || (own.maxLength ?? NaN) <= maxLength) &&
    (official.pattern === undefined || own.pattern === official.pattern) &&
    // Some formats of the official schema only say what something is for; those that can be refused are here too.
    (typeof official.format !== "string" || own.format === undefined || own.format === official.format)
  );
}

test("the double takes no parameter that the official schema does not take, and is as strict about it", (context) => {
  if (!existsSync(file)) {
    // It belongs to Proxmox and is no part of this repository: nothing is missing where it is not.
    context.diagnostic(`the official schema is not there: ${file.pathname}`);
    return;
  }
  const { paths } = JSON.parse(readFileSync(file, "utf8")) as Official;
  for (const [call, { parameters }] of Object.entries(methods)) {
    const [method = "", path = ""] = call.split(" ");
    const official = paths[path]?.[method];
    assert.equal(official === undefined, beyond.test(call), call);
    if (official === undefined) continue;
    const properties = official.parameters?.properties ?? {};
    for (const [name, property] of Object.entries(parameters)) {
      const other = properties[name];
      assert.ok(other !== undefined, `${call}: ${name} is no parameter`);
      assert.ok(
        isAsStrict(property, other),
        `${call}: ${name}: ${JSON.stringify(property)}, official ${JSON.stringify(other).slice(0, 300)}`,
      );
    }
    for (const [name, { optional }] of Object.entries(properties)) {
      if (optional !== 1) assert.ok(name in parameters, `${call}: ${name} is required`);
    }
  }
});

/** A value that a property takes. */
function fitting(name: string, { type, format, enum: values, minimum, pattern }: Property): string {
  if (values !== undefined) return values[0] ?? "";
  if (type === "boolean") return "1";
  if (type === "integer" || type === "number") return String(minimum ?? 1);
  if (pattern !== undefined) return "10G";
  const byFormat: Readonly<Record<string, string>> = {
    "pve-node": "pve1",
    "pve-storage-id": "tank",
    "pve-poolid": "pool",
    "dns-name": "snac.example.org",
    "pve-qm-ipconfig": "ip=203.0.113.7/24,gw=203.0.113.1",
    agent: "enabled=1",
    memory: "2048",
    net: "virtio=BC:24:11:00:00:01,bridge=vmbr0,tag=20",
    urlencoded: "ssh-ed25519%20AAAA",
    "address-list": "203.0.113.1 2001:db8::1",
    "pve-tag-list": "fediversity;example.org",
    "pve-configid-list": "net0,tags",
  };
  return byFormat[format ?? ""] ?? `some ${name}`;
}

/** Values that a property must refuse. */
function unfit({ type, format, enum: values, minimum, maximum, maxLength, pattern }: Property): readonly string[] {
  const formats: Readonly<Record<string, readonly string[]>> = {
    "pve-node": ["a b", "-a", ""],
    "pve-vmid": ["99", "012"],
    "pve-storage-id": ["1a", "a/b"],
    "pve-poolid": ["a b", "/a"],
    "dns-name": ["snac_1", "-a", "a..b", "a b"],
    "pve-qm-ipconfig": ["dhcp", "ip=203.0.113.7", "ip=300.0.0.1/24", "gw=a", "ip=dhcp,ip=dhcp"],
    agent: ["2", "enabled=yes", "more=1"],
    memory: ["a", "-1", "2048M"],
    net: ["virtio=01:00:00:00:00:01", "bridge vmbr0", "virtio,vlan=1", "virtio,bridge=a/b"],
    urlencoded: ["ssh-ed25519 AAAA", "a+b", "a\nb"],
    "address-list": ["203.0.113.300/33", "-"],
    "pve-tag-list": ["a b/c", "ä", ".a"],
    "pve-configid-list": ["1a", "a b!"],
  };
  return [
    ...(formats[format ?? ""] ?? []),
    ...(values === undefined ? [] : ["neither"]),
    ...(type === "boolean" ? ["true", "yes", "2", ""] : []),
    ...(type === "integer" ? ["1.5", "one", ""] : []),
    ...(minimum === undefined ? [] : [String(minimum - 1)]),
    ...(maximum === undefined ? [] : [String(maximum + 1)]),
    ...(maxLength === undefined ? [] : ["x".repeat(maxLength + 1)]),
    ...(pattern === undefined ? [] : ["10X", "-1G"]),
  ];
}

test("each parameter of each call: what fits is taken; what does not, is missing or unknown is refused by its name", () => {
  let mutations = 0;
  for (const [call, { parameters }] of Object.entries(methods)) {
    const all = Object.entries(parameters).map(([name, property]) => [name.replace("[n]", "0"), property] as const);
    const good = Object.fromEntries(all.map(([name, property]) => [name, fitting(name, property)]));
    assert.deepEqual(verify(parameters, good), {}, call);
    const refused = (name: string, given: Readonly<Record<string, string>>): void => {
      mutations += 1;
      assert.ok(name in verify(parameters, given), `${call}: ${name}=${given[name] ?? "missing"}`);
    };
    refused("unknown", { ...good, unknown: "1" });
    for (const [name, property] of all) {
      for (const value of unfit(property)) refused(name, { ...good, [name]: value });
      const { [name]: _left, ...without } = good;
      if (property.optional !== true) refused(name, without);
      const { requires } = property;
      if (requires === undefined) continue;
      const { [requires]: _required, ...lacking } = good;
      refused(requires, lacking);
    }
  }
  assert.ok(mutations > 300, `${String(mutations)} mutations were refused`);
});

test("refusals are in the words of Proxmox VE", () => {
  const clone = methods["POST /nodes/{node}/qemu/{vmid}/clone"]?.parameters ?? {};
  const errors = verify(clone, { node: "pve1", vmid: "9000", name: "a_b", full: "yes", format: "vdi", more: "1" });
  assert.deepEqual(errors, {
    newid: "property is missing and it is not optional",
    name: "invalid format - value does not look like a valid DNS name\n",
    full: "type check ('boolean') failed - got 'yes'",
    format: "value 'vdi' does not have a value in the enumeration 'raw, qcow2, vmdk'",
    more: "property is not defined in schema and the schema does not allow additional properties",
  });
  assert.equal(
    verify(clone, { node: "pve1", vmid: "9000", newid: "99" })["newid"],
    "invalid format - value does not look like a valid VM ID\n",
  );
});
