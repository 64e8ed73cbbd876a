import { createHash } from "node:crypto";
import { canonicalJson } from "../model/json.ts";
import { isSecret, substitute, type Text } from "../model/reference.ts";
import { Failure } from "../model/failure.ts";
import { healthFiles } from "./health-files.ts";
import { type PinnedImage, pinnedName, renderImageList } from "./image.ts";
import { renderUnit } from "./render-unit.ts";
import type { System } from "./system.ts";
import { quadletUnit } from "./unit.ts";
import { renderUnitIndex, type UnitEntry } from "./unit-index.ts";
import { sysusers, tmpfiles, userList, withAccountFiles } from "./accounts.ts";

/** One file of a generation's tree. */
export interface TreeFile {
  /** Below the generation's folder, for example `files/etc/motd`. */
  readonly path: string;
  readonly mode: string;
  readonly owner: string;
  readonly group: string;
  /** Text, or a template that still holds references to secrets. */
  readonly content: Text;
  readonly secret: boolean;
  /**
   * SHA-256 of the content; for a secret file of its template and the revisions of its secrets, so that it changes
   * with the secret and tells nothing about it.
   */
  readonly identity: string;
}

/** A symbolic link of a generation's tree. */
export interface TreeLink {
  readonly path: string;
  readonly target: string;
}

/** One built system: what one machine's generation consists of, as data. */
export interface Generation {
  /** Hash of the manifest: equal systems have equal ids. */
  readonly id: string;
  readonly manifest: string;
  readonly files: readonly TreeFile[];
  readonly links: readonly TreeLink[];
  readonly packages: readonly string[];
  readonly images: readonly PinnedImage[];
  readonly units: readonly UnitEntry[];
  /** Seconds that all health checks together may take. */
  readonly healthDeadline: number;
}

/** Gives the digest that an image is locked to. */
export type DigestOf = (image: string) => string;

/** Gives the revision of a secret: changes with its value and says nothing about it. */
export type RevisionOf = (secret: string) => string;

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

type FileOptions = Partial<Pick<TreeFile, "mode" | "owner" | "group">>;

function treeFile(path: string, content: Text, revisionOf: RevisionOf, options: FileOptions = {}): TreeFile {
  const secret = isSecret(content);
  if (!secret && typeof content !== "string") {
    throw new Failure({
      code: "internal",
      attempted: "build a generation",
      subject: path,
      found: "a reference to an output was left in the system",
      next: "This is a defect in Fediversity: please report it.",
    });
  }
  const mode = options.mode ?? (secret ? "0600" : "0644");
  if (secret && !mode.endsWith("00")) {
    throw new Failure({
      code: "secret-readable",
      attempted: "build a generation",
      subject: path.replace(/^files/, ""),
      found: `it holds a secret, and its mode ${mode} lets others than its owner read it`,
      next: "Give it mode 0600 and the owner who needs it, or hand the secret over as a credential.",
    });
  }
  const withRevisions = substitute(content, (reference) =>
    "$secret" in reference ? { $secret: `${reference.$secret}@${revisionOf(reference.$secret)}` } : undefined,
  );
  const identity = sha256(typeof content === "string" ? content : canonicalJson(withRevisions));
  return { path, mode, owner: options.owner ?? "root", group: options.group ?? "root", content, secret, identity };
}

function unitEntries(system: System, files: ReadonlyMap<string, TreeFile>): readonly UnitEntry[] {
  const all = [
    ...Object.entries(system.units).map(([name, unit]) => ({
      name,
      unit,
      text: `units/${name}`,
      credentials: unit.credentials,
    })),
    ...Object.entries(system.quadlets).map(([name, unit]) => ({
      name: quadletUnit(name),
      unit,
      text: `quadlets/${name}`,
      credentials: {},
    })),
  ];
  const paths = Object.keys(system.files);
  return all
    .map(({ name, unit, text, credentials }): UnitEntry => {
      const content = files.get(text)?.content;
      const mentioned = paths.filter(
        (path) => typeof content === "string" && !unit.unaffectedBy.includes(path) && mentions(content, path),
      );
      const reloadOn = paths.filter((path) => unit.reloadOn.some((other) => covers(other, path))).toSorted();
      const listed = paths.filter((path) => unit.restartOn.some((other) => covers(other, path)));
      const restartOn = [...new Set([...listed, ...mentioned])].filter((path) => !reloadOn.includes(path)).toSorted();
      const identityOf = (path: string): string => `${path} ${files.get(path)?.identity ?? ""}`;
      const restart = [
        identityOf(text),
        ...restartOn.map((path) => identityOf(`files${path}`)),
        ...Object.keys(credentials)
          .toSorted()
          .map((credential) => identityOf(`credentials/${name}/${credential}`)),
      ];
      const reload = reloadOn.map((path) => identityOf(`files${path}`));
      return {
        name,
        restartHash: sha256(restart.join("\n")).slice(0, 32),
        reloadHash: sha256(reload.join("\n")).slice(0, 32),
        onChange: unit.onChange,
        enabled: unit.enabled,
        restartOn,
        reloadOn,
      };
    })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** Whether a path is another or a folder that the other lies in. */
function covers(path: string, other: string): boolean {
  return other === path || other.startsWith(`${path}/`);
}

/** Whether a text names a path as a whole: `/etc/a` is not named by `/etc/a.d` nor by `/opt/etc/a`. */
function mentions(text: string, path: string): boolean {
  for (let at = text.indexOf(path); at !== -1; at = text.indexOf(path, at + 1)) {
    const next = text[at + path.length] ?? " ";
    const previous = text[at - 1] ?? " ";
    if (!/[A-Za-z0-9._@+/-]/.test(next) && !/[A-Za-z0-9._/]/.test(previous)) return true;
  }
  return false;
}

function withCredentials(name: string, unit: System["units"][string]): System["units"][string]["sections"] {
  const credentials = Object.keys(unit.credentials).toSorted();
  if (credentials.length === 0) return unit.sections;
  // systemd.exec(5), LoadCredential=: read by the service manager as root, handed over in memory.
  const load = credentials.map(
    (credential) => `${credential}:/var/lib/fediversity/current/credentials/${name}/${credential}`,
  );
  const service = unit.sections["Service"];
  const others = [service?.["LoadCredential"] ?? []].flat() as readonly string[];
  return { ...unit.sections, Service: { ...service, LoadCredential: [...others, ...load] } };
}

function pinnedImages(system: System, digestOf: DigestOf): readonly PinnedImage[] {
  return Object.entries(system.images).map(([image, { from }]) => {
    const digest = digestOf(image);
    return { image, digest, name: pinnedName(image, digest), from };
  });
}

/** Lets a quadlet name the pinned image, and never fetch another by itself: podman-systemd.unit(5), Pull=. */
function withPinnedImage(
  sections: System["quadlets"][string]["sections"],
  images: readonly PinnedImage[],
): System["quadlets"][string]["sections"] {
  const container = sections["Container"];
  const pinned = images.find(({ image }) => image === container?.["Image"]);
  if (pinned === undefined) return sections;
  return { ...sections, Container: { ...container, Image: pinned.name, Pull: "never" } };
}

function noDigest(image: string): string {
  throw new Failure({
    code: "internal",
    attempted: "build a generation",
    subject: image,
    found: "nobody says which digest the image has",
    next: "This is a defect in Fediversity: please report it.",
  });
}

/** The target that wants every enabled unit of a generation; nothing else on the machine is ever started with it. */
const target = renderUnit({
  Unit: { Description: "Everything that Fediversity runs on this machine", After: "fediversity-guard.service" },
});

/**
 * Builds a generation from a system whose references to outputs are resolved; references to secrets stay.
 * Pure: equal systems and revisions give equal generations.
 * @throws Failure for values that a unit file cannot carry and for secrets that others could read
 */
export function buildGeneration(given: System, revisionOf: RevisionOf, digestOf: DigestOf = noDigest): Generation {
  const system = withAccountFiles(given);
  const images = pinnedImages(system, digestOf);
  const links: TreeLink[] = [];
  const files: TreeFile[] = [];
  const add = (path: string, content: Text, options?: FileOptions): void => {
    files.push(treeFile(path, content, revisionOf, options));
  };
  for (const [path, file] of Object.entries(system.files))
    add(`files${path}`, file.content, { ...file } as FileOptions);
  for (const [name, unit] of Object.entries(system.units)) {
    add(`units/${name}`, renderUnit(withCredentials(name, unit)));
    if (unit.enabled) links.push({ path: `units/fediversity.target.wants/${name}`, target: `../${name}` });
    for (const [credential, value] of Object.entries(unit.credentials)) {
      add(`credentials/${name}/${credential}`, value, { mode: "0600" });
    }
  }
  for (const [name, quadlet] of Object.entries(system.quadlets)) {
    add(`quadlets/${name}`, renderUnit(withPinnedImage(quadlet.sections, images)));
  }
  const wanted = Object.entries(system.quadlets).filter(([, quadlet]) => quadlet.enabled);
  for (const [name] of wanted) {
    const unit = quadletUnit(name);
    links.push({ path: `units/fediversity.target.wants/${unit}`, target: `/run/systemd/generator/${unit}` });
  }
  add("units/fediversity.target", target);
  links.push({ path: "units/multi-user.target.wants/fediversity.target", target: "../fediversity.target" });

  const units = unitEntries(system, new Map(files.map((file) => [file.path, file])));
  const placed = (place: "link" | "copy"): string =>
    lines(Object.keys(system.files).filter((path) => system.files[path]?.place === place));
  add("lists/links", placed("link"));
  add("lists/copies", placed("copy"));
  add("lists/units", renderUnitIndex(units));
  add("lists/packages", lines(system.packages));
  if (images.length > 0) add("lists/images", renderImageList(images));
  const ports = Object.entries(system.ports).map(([port, { owner }]) => `${port} ${owner}`);
  if (ports.length > 0) add("lists/ports", lines(ports));
  add("lists/users", userList(system));
  add(
    "lists/directories",
    lines(Object.keys(system.directories).filter((path) => system.directories[path]?.data === undefined)),
  );
  add(
    "lists/data",
    lines(
      Object.entries(system.directories).flatMap(([path, { data }]) => (data === undefined ? [] : [`${path} ${data}`])),
    ),
  );
  add("lists/sysusers.conf", sysusers(system));
  add("lists/tmpfiles.conf", tmpfiles(system));
  for (const [name, content] of healthFiles(system.health)) add(`health/${name}`, content);

  const manifest = lines([
    ...files.map(
      (file) => `${file.secret ? "s" : "f"} ${file.identity} ${file.mode} ${file.owner} ${file.group} ${file.path}`,
    ),
    ...links.map((link) => `l ${link.target} 0777 root root ${link.path}`),
  ]);
  const healthDeadline = Object.values(system.health).reduce((most, check) => Math.max(most, check.deadline), 0);
  return {
    id: sha256(manifest).slice(0, 32),
    manifest,
    files,
    links,
    packages: system.packages,
    images,
    units,
    healthDeadline,
  };
}

function lines(list: readonly string[]): string {
  return list
    .toSorted()
    .map((line) => `${line}\n`)
    .join("");
}
