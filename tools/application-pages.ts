// npm run application-pages: writes docs/applications/ from the applications' modules and their notes.md, and the table
// of resources into docs/writing-modules.md.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { z } from "zod";
import * as vocabulary from "../src/index.ts";
import type { Application, Offer, SystemInput, SystemResource } from "../src/index.ts";
import { ask } from "../src/model/ask.ts";
import { configurationSchema } from "../src/model/configuration.ts";
import type { ApplicationRequest } from "../src/model/environment.ts";
import type { HealthCheck } from "../src/model/health.ts";
import { isObject } from "../src/model/json.ts";
import { isReference, isTemplate } from "../src/model/reference.ts";
import { quadletUnit } from "../src/system/unit.ts";
import { jsonSchemaOf, membersInWords, typeInWords } from "./describe-schema.ts";
import { code, table } from "./markdown.ts";

/** What the pages are made with: an operator who sets nothing, and everything on one machine. */
const domain = "example.org";
const initialUser = { displayName: "Ada Lovelace", username: "ada", email: "ada@example.org" };
const machine = { name: "machine", address: "192.0.2.10" };

/** So that it can be seen which names are made. */
const web = { dns: { server: { address: "192.0.2.53" } } };

const { cache, container, dataDirectory, database, loginShell, mail, objectStorage, offer, panelServer } = vocabulary;
const { service, timer, upgrade, webAddress } = vocabulary;
const offers: readonly Offer[] = [
  offer(cache, {}),
  offer(container, {}),
  offer(dataDirectory, {}),
  offer(database, {}),
  offer(loginShell, { username: "operator" }),
  offer(mail, { host: "mail.example.net" }),
  offer(objectStorage, { kind: "garage", web }),
  offer(panelServer, {
    image: "registry.hosting.example/fedipanel:0.1.0",
    files: { "fediversity.config.ts": "export default {};\n" },
  }),
  offer(service, {}),
  offer(timer, {}),
  offer(upgrade, {}),
  offer(webAddress, web),
];

/** One request, and what fulfils it. */
interface Fulfilled extends ApplicationRequest {
  readonly binding: Readonly<Record<string, unknown>>;
  readonly parts: readonly SystemInput[];
  readonly secrets: readonly string[];
  /** Public names, as those of DNS records. */
  readonly names: readonly string[];
}

function fulfil(request: ApplicationRequest): Fulfilled {
  const found = offers.find(({ resource }) => resource.name === request.resource.name);
  if (found === undefined) throw new Error(`tools/application-pages.ts offers no resource ${request.resource.name}`);
  const { bindings, system, secrets, components } = found.resource.apply({
    policy: found.policy,
    requests: [{ ...request, from: machine }],
    machine,
    machineNamed: () => machine,
    domain,
  });
  const binding = bindings[0];
  return {
    ...request,
    binding: isObject(binding) ? binding : {},
    parts: [system ?? []].flat(),
    secrets: Object.keys(secrets ?? {}),
    names: Object.values(components ?? {}).flatMap(({ inputs: { name } }) => (typeof name === "string" ? [name] : [])),
  };
}

/** A member of all parts, each name once, sorted. */
function member<Name extends keyof SystemInput>(
  fulfilled: readonly Fulfilled[],
  name: Name,
): readonly (readonly [string, NonNullable<SystemInput[Name]>[keyof NonNullable<SystemInput[Name]>]])[] {
  const all = fulfilled.flatMap(({ parts }) => parts.flatMap((part) => Object.entries(part[name] ?? {})));
  return [...new Map(all)].toSorted(([a], [b]) => (a < b ? -1 : 1)) as never;
}

const items = (words: Iterable<string>): string => [...words].map((word) => `- ${code(word)}`).join("\n");
const list = (words: Iterable<string>): string => [...new Set(words)].map(code).join(", ");
const orDash = (text: string): string => (text === "" ? "–" : text);

function options(application: Application): string {
  const { properties = {} } = jsonSchemaOf(application.options);
  const rows = Object.entries(properties).map(([name, schema]) => {
    const { description = "", default: initial, ...type } = schema as z.core.JSONSchema.BaseSchema;
    return [code(name), typeInWords(type), initial === undefined ? "–" : code(JSON.stringify(initial)), description];
  });
  return rows.length === 0 ? "None." : table(["option", "type", "default", "meaning"], rows);
}

function unitsOf({ parts }: Fulfilled): string {
  return list(
    parts.flatMap((part) => [...Object.keys(part.units ?? {}), ...Object.keys(part.quadlets ?? {}).map(quadletUnit)]),
  );
}

function requests(fulfilled: readonly Fulfilled[]): string {
  const rows = fulfilled.map((one) => {
    const { description } = one.request as { readonly description?: string };
    return [code(one.name), code(one.resource.name), description ?? one.resource.description, orDash(unitsOf(one))];
  });
  return table(["request", "resource", "what it is", "units"], rows);
}

/** A value in words; what comes later is shown by its name. */
function shown(value: unknown): string {
  if (isTemplate(value)) return value.$text.map(shown).join("");
  if (isReference(value)) return "$secret" in value ? `‹secret ${value.$secret}›` : `‹${value.path}›`;
  return String(value);
}

function healthCheck(check: z.input<typeof HealthCheck>): string {
  switch (check.kind) {
    case "http":
      return code(`GET http://127.0.0.1:${String(check.port)}${check.path}`);
    case "tcp":
      return `a connection to port ${String(check.port)}`;
    case "command":
      return code(check.command.map(shown).join(" "));
  }
}

function health(own: Readonly<Record<string, HealthCheck>>, fulfilled: readonly Fulfilled[], name: string): string {
  const named = Object.entries(own).map(([check, value]) => [`${name}-${check}`, value] as const);
  const rows = [...named, ...member(fulfilled, "health")].map(([check, value]) => [
    code(check),
    healthCheck(value),
    `${String(value.deadline ?? 30)} s`,
  ]);
  return table(["check", "what must succeed", "within"], rows);
}

function heldIn(one: Fulfilled | undefined): string {
  if (one === undefined) return "–";
  const { name, bucket, path: folder } = one.binding;
  if (one.resource.name === database.name) return `database ${code(shown(name))} of PostgreSQL`;
  if (one.resource.name === objectStorage.name) return `bucket ${code(shown(bucket))}`;
  if (typeof folder === "string") return code(folder);
  return list(one.parts.flatMap((part) => Object.keys(part.directories ?? {})));
}

function state(application: Application, fulfilled: readonly Fulfilled[]): string {
  const rows = application.state.map(({ kind, request, description }) => {
    const one = fulfilled.find(({ name }) => name === request);
    return [description, kind, code(request), orDash(heldIn(one))];
  });
  return rows.length === 0 ? "None." : table(["what", "kind", "request", "where"], rows);
}

function keptFolders(fulfilled: readonly Fulfilled[]): string {
  const rows = member(fulfilled, "directories").flatMap(([folder, { data }]) =>
    data === undefined ? [] : [[code(folder), data]],
  );
  return table(["folder", "whose data"], rows);
}

/**
 * Writes the page of an application: what its module says, then its notes.
 * @param notes Markdown that begins with the application's name as a heading of the first level
 */
export function applicationPage(application: Application, notes: string): string {
  const { name, description } = application;
  const [, title = name, further = ""] = /^# (.+)\n([^]*)$/.exec(notes) ?? [];
  const document = { domain, initialUser, applications: { [name]: { enable: true } } };
  const asked = ask(application, configurationSchema([application]).parse(document));
  const fulfilled = asked.requests.map(fulfil);
  const images = member(fulfilled, "images").map(([image]) => image);
  const packages = fulfilled.flatMap(({ parts }) => parts.flatMap((part) => part.packages ?? [])).toSorted();
  const ports = member(fulfilled, "ports").map(([port, { owner }]) => [port, owner] as const);
  const byNumber = ports.toSorted(([a], [b]) => Number(a.replace(/.*\//, "")) - Number(b.replace(/.*\//, "")));
  const names = [...new Set(fulfilled.flatMap((one) => one.names))];
  const secrets = new Set([...asked.secrets.flatMap(Object.keys), ...fulfilled.flatMap((one) => one.secrets)]);
  return `${[
    `<!-- Made by \`npm run application-pages\` from src/catalogue/applications/${name}/: change it there. -->`,
    `# ${title}`,
    `${description}. Switched on in \`configuration.json\`:`,
    `\`\`\`json\n"applications": { "${name}": { "enable": true } }\n\`\`\``,
    "## Options",
    options(application),
    "## What is made where",
    `With nothing but \`enable\`, the domain \`${domain}\`, and everything on one machine. Each request is fulfilled where\nthe hosting provider's placement says; units that several requests share are there once.`,
    requests(fulfilled),
    "### Public names",
    "Each with a certificate, and, where the hosting provider's policy has `dns`, with its DNS records:",
    items(names),
    "### Ports",
    "Only 80 and 443 are for everybody. Every other port answers the machine itself, and, where the placement puts\napplication and backend apart, the application's machine.",
    table(
      ["port", "who listens"],
      byNumber.map((row) => row.map(code)),
    ),
    "### Images",
    images.length === 0 ? "None." : items(images),
    "### Debian packages",
    orDash(list(packages)),
    "### Secrets",
    "Made once, kept encrypted in the deployer's state, never part of a deployment. `initial-user/password` is one more.",
    secrets.size === 0 ? "No others." : items([...secrets].toSorted()),
    "## State that must survive",
    state(application, fulfilled),
    "On the machines all of it lies in these folders, which stay when the application is switched off, and which\n`fediversity purge` lists under these words before it deletes them:",
    keptFolders(fulfilled),
    "## Health",
    "A machine on which one of these does not succeed in time goes back to its previous generation.",
    health(asked.health, fulfilled, name),
    further.trim(),
  ]
    .filter((part) => part !== "")
    .join("\n\n")}\n`;
}

/** Writes the table of all resources: what is asked for, on what terms it is offered, what comes back. */
function resourceTable(): string {
  const isResource = (value: unknown): value is SystemResource => isObject(value) && value["kind"] === "resource";
  const rows = Object.entries(vocabulary)
    .flatMap(([exported, value]) => (isResource(value) ? [[exported, value] as const] : []))
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([exported, { name, description, request, policy, binding }]) => [
      `${code(exported)}, named ${code(name)}`,
      description,
      membersInWords(jsonSchemaOf(request)),
      membersInWords(jsonSchemaOf(policy)),
      membersInWords(jsonSchemaOf(binding, "output")),
    ]);
  return table(["resource", "what it is", "request", "policy", "binding"], rows);
}

const marks = { begin: "<!-- resources: npm run application-pages -->", end: "<!-- end of resources -->" };

/**
 * Puts the table of all resources between its marks on a page.
 * @throws Error when the page does not have both marks
 */
function withResourceTable(page: string): string {
  const [before, rest = ""] = page.split(marks.begin);
  const [, after] = rest.split(marks.end);
  if (before === undefined || after === undefined) throw new Error(`the page lacks ${marks.begin} or ${marks.end}`);
  return `${before}${marks.begin}\n\n${resourceTable()}\n\n${marks.end}${after}`;
}

/** Every page that is made, by its path: for those applications that have notes. */
export function pages(root: string): ReadonlyMap<string, string> {
  const made = vocabulary.applications.flatMap((application): readonly (readonly [string, string])[] => {
    const notes = path.join(root, "src/catalogue/applications", application.name, "notes.md");
    if (!existsSync(notes)) return [];
    const page = path.join(root, "docs/applications", `${application.name}.md`);
    return [[page, applicationPage(application, readFileSync(notes, "utf8"))]];
  });
  const modules = path.join(root, "docs/writing-modules.md");
  return new Map([...made, [modules, withResourceTable(readFileSync(modules, "utf8"))]]);
}

if (import.meta.main) {
  for (const [file, text] of pages(path.dirname(import.meta.dirname))) {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}
