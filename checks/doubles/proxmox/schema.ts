/** One parameter as the API's schema describes it. */
export interface Property {
  readonly type: "string" | "integer" | "number" | "boolean";
  readonly optional?: true;
  readonly format?: keyof typeof formats;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly requires?: string;
}

/** Parameters of one method; nothing else is taken. `ipconfig[n]` stands for `ipconfig0`, `ipconfig1` and so on. */
export type Schema = Readonly<Record<string, Property>>;

const label = "[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?";
const ipv4 = "(?:(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)\\.){3}(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)";
const ipv6 = "[0-9a-fA-F:]*:[0-9a-fA-F:.]*";

interface Format {
  readonly takes: (value: string) => boolean;
  readonly words: string;
}
const format = (pattern: string, words: string): Format => ({
  takes: (value) => new RegExp(`^(?:${pattern})$`).test(value),
  words,
});
const looksLike = (pattern: string, what: string): Format =>
  format(pattern, `value does not look like a valid ${what}`);
const list = (one: Format): Format => ({
  ...one,
  takes: (value) => value.split(/[,;\s]+/).every((part) => part === "" || one.takes(part)),
});

/** A property string: `key=value,…`, the first key may be left out. */
function propertyString(first: string, keys: Readonly<Record<string, string>>): Format {
  const takes = (value: string): boolean => {
    const seen = new Set<string>();
    return value.split(",").every((part) => {
      const [key, rest] = part.includes("=") ? part.split(/=(.*)/s) : [first, part];
      const pattern = keys[key ?? ""];
      if (pattern === undefined || seen.has(key ?? "")) return false;
      seen.add(key ?? "");
      return new RegExp(`^(?:${pattern})$`).test(rest ?? "");
    });
  };
  return { takes, words: "format error" };
}

const model = "e1000|rtl8139|virtio|vmxnet3";
const mac = "[0-9a-fA-F][02468aceACE](?::[0-9a-fA-F]{2}){5}";

/** Formats by name, and what Proxmox says of what does not fit. */
export const formats = {
  "pve-node": looksLike("[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?", "node name"),
  "pve-vmid": looksLike("[1-9][0-9]{2,8}", "VM ID"),
  "pve-storage-id": looksLike("[a-zA-Z][a-zA-Z0-9\\-_.]*[a-zA-Z0-9]", "storage ID"),
  "pve-poolid": looksLike("[A-Za-z0-9._-]+(?:/[A-Za-z0-9._-]+){0,2}", "pool ID"),
  "pve-configid-list": list(format("[a-zA-Z][a-zA-Z0-9_-]+", "invalid configuration ID")),
  "dns-name": looksLike(`(?:${label}\\.)*${label}`, "DNS name"),
  "pve-tag-list": list(format("(?i:[a-z0-9_][a-z0-9_\\-+.]*)", "invalid characters in tag")),
  "address-list": list(looksLike(`${ipv4}|${ipv6}|(?:${label}\\.)*${label}`, "address")),
  urlencoded: format("[-%a-zA-Z0-9_.!~*'()]*", "invalid urlencoded string"),
  "pve-qm-ipconfig": propertyString("", {
    ip: `dhcp|${ipv4}/\\d{1,2}`,
    gw: ipv4,
    ip6: `auto|dhcp|${ipv6}/\\d{1,3}`,
    gw6: ipv6,
  }),
  agent: propertyString("enabled", {
    enabled: "[01]",
    fstrim_cloned_disks: "[01]",
    "freeze-fs-on-backup": "[01]",
    type: "virtio|isa",
  }),
  memory: propertyString("current", { current: "[1-9][0-9]{1,}" }),
  net: propertyString("model", {
    model,
    ...Object.fromEntries(model.split("|").map((one) => [one, mac])),
    macaddr: mac,
    bridge: "[-_.\\w]+",
    tag: "[1-9]\\d{0,3}",
    firewall: "[01]",
    link_down: "[01]",
    mtu: "\\d+",
    queues: "\\d+",
    rate: "[\\d.]+",
    trunks: "[\\d;-]+",
  }),
} satisfies Readonly<Record<string, Format>>;

function typeProblem({ type }: Property, value: string): string | undefined {
  const failed = `type check ('${type}') failed - got '${value}'`;
  switch (type) {
    case "string":
      return undefined;
    case "boolean":
      return value === "0" || value === "1" ? undefined : failed;
    case "integer":
      return /^[+-]?\d+$/.test(value) ? undefined : failed;
    case "number":
      return /^[+-]?\d+(?:\.\d+)?$/.test(value) ? undefined : failed;
  }
}

/** What is wrong with one value, in the words of Proxmox VE. */
export function problemOf(property: Property, value: string): string | undefined {
  const wrongType = typeProblem(property, value);
  if (wrongType !== undefined) return wrongType;
  const known = property.format === undefined ? undefined : formats[property.format];
  if (known !== undefined && !known.takes(value)) return `invalid format - ${known.words}\n`;
  const { pattern, maxLength, minimum, maximum } = property;
  if (pattern !== undefined && !new RegExp(`^(?:${pattern})$`).test(value)) {
    return "value does not match the regex pattern";
  }
  if (maxLength !== undefined && value.length > maxLength) {
    return `value may only be ${String(maxLength)} characters long`;
  }
  if (maximum !== undefined && Number(value) > maximum) return `value must have a maximum value of ${String(maximum)}`;
  if (minimum !== undefined && Number(value) < minimum) return `value must have a minimum value of ${String(minimum)}`;
  if (property.enum !== undefined && !property.enum.includes(value)) {
    return `value '${value}' does not have a value in the enumeration '${property.enum.join(", ")}'`;
  }
  return undefined;
}

/** Checks the parameters of a call; gives what is wrong with which. */
export function verify(schema: Schema, given: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const errors: Record<string, string> = {};
  for (const [name, property] of Object.entries(schema)) {
    if (property.optional !== true && given[name] === undefined) {
      errors[name] = "property is missing and it is not optional";
    }
  }
  for (const [name, value] of Object.entries(given)) {
    const property = schema[name] ?? schema[name.replace(/\d+$/, "[n]")];
    if (property === undefined) {
      errors[name] = "property is not defined in schema and the schema does not allow additional properties";
      continue;
    }
    const problem = problemOf(property, value);
    if (problem !== undefined) errors[name] = problem;
    const { requires } = property;
    if (requires !== undefined && given[requires] === undefined) {
      errors[requires] = `missing property required by '${name}'`;
    }
  }
  return errors;
}
