import { hostsServed } from "../../catalogue/resources/caddyfile.ts";
import { isObject, member, type JsonObject } from "../../model/json.ts";
import type { State } from "../../engine/state/state.ts";
import { as, line, pad, type Line } from "../rendering/line.ts";

/** One machine on this computer and what runs on it. */
export interface Running {
  readonly name: string;
  readonly address: string;
  /** Public host keys, as `type base64`. */
  readonly hostKeys: readonly string[];
  readonly applications: readonly string[];
  /** Names under which its web server answers. */
  readonly hosts: readonly string[];
  readonly generation: string;
}

function applicationsOn(inputs: JsonObject | undefined, known: readonly string[]): readonly string[] {
  const system = inputs?.["system"];
  const health = isObject(system) && isObject(system["health"]) ? Object.keys(system["health"]) : [];
  // A check is called after its application; of `hello` and `hello-world` the longer name fits better.
  const longest = known.toSorted((a, b) => b.length - a.length);
  const found = health.map((check) => longest.find((name) => check === name || check.startsWith(`${name}-`)));
  return [...new Set(found.filter((name) => name !== undefined))].toSorted();
}

function filesOf(inputs: JsonObject | undefined): readonly string[] {
  const files = member(inputs?.["system"], "files");
  return isObject(files) ? Object.keys(files) : [];
}

/**
 * Lists the machines on this computer as the state knows them.
 * @param applications names of the applications that may run
 */
export function runningMachines({ components }: State, applications: readonly string[]): readonly Running[] {
  return Object.entries(components).flatMap(([path, { type, outputs }]): readonly Running[] => {
    if (type !== "local-machine") return [];
    const name = path.slice(path.indexOf("/") + 1);
    const system = components[`machine/${name}`];
    const { address, hostKeys } = outputs ?? {};
    const generation = system?.outputs?.["generation"];
    return [
      {
        name,
        address: typeof address === "string" ? address : "",
        hostKeys: Array.isArray(hostKeys) ? hostKeys.map(String) : [],
        applications: applicationsOn(system?.inputs, applications),
        hosts: hostsServed(filesOf(system?.inputs)),
        generation: typeof generation === "number" ? String(generation) : "-",
      },
    ];
  });
}

function table(rows: readonly (readonly string[])[]): readonly Line[] {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows.map((row, index) => {
    const text = row
      .map((cell, column) => pad(cell, widths[column] ?? 0))
      .join("  ")
      .trimEnd();
    return line("  ", index === 0 ? as("faint", text) : text);
  });
}

/** Says what runs where, and how to look inside. */
export function overviewLines(options: {
  readonly machines: readonly Running[];
  readonly identityFile: string;
  readonly knownHostsFile: string;
  /** The command line that shows the status. */
  readonly statusCommand: string;
  /** The port of this computer that leads to the web servers; undefined where none does. */
  readonly port?: number | undefined;
}): readonly Line[] {
  const { machines, identityFile, knownHostsFile, statusCommand, port } = options;
  const hosts = machines.flatMap((machine) => machine.hosts);
  const at = port === 443 ? "" : `:${String(port)}`;
  const rows = machines.map(({ name, address, applications, generation }) => [
    name,
    address,
    applications.join(", ") || "-",
    generation,
  ]);
  const login = `ssh -i ${identityFile} -o UserKnownHostsFile=${knownHostsFile} root@`;
  return [
    line(""),
    line(as("strong", "What runs where")),
    ...table([["machine", "address", "applications", "generation"], ...rows]),
    ...(port === undefined || hosts.length === 0
      ? []
      : [
          line(""),
          line(as("strong", "In this computer's browser")),
          ...hosts.map((host) => line("  ", as("accent", `https://${host}${at}/`))),
          line(
            as("faint", "  The machine signs the certificate itself, so the browser asks once whether you trust it."),
          ),
        ]),
    line(""),
    line(as("strong", "How to look inside")),
    ...machines.map(({ name, address }) => line(`  ${login}${address}`, as("faint", `   # ${name}`))),
    line(`  ${statusCommand}`),
    line(""),
  ];
}
