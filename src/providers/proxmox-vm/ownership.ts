import type { Owner } from "../../catalogue/components/machine-on-demand.ts";
import type { Resource, VmConfig } from "./api/answers.ts";

/** The tag that everything has which the product made. */
const product = "fediversity";

/** Makes a tag of any text: what tags cannot hold becomes a hyphen. */
function tagOf(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9_.+-]/g, "-")
    .replace(/^[-.+]/, "_");
}

/** The tag of machines that are kept apart. */
export function tagOfGroup(group: string): string {
  return tagOf(`apart-${group}`);
}

/** The tags of a resource or of a configuration, in lower case. */
export function tagsIn(tags = ""): readonly string[] {
  return tags
    .toLowerCase()
    .split(/[;, ]+/)
    .filter((tag) => tag !== "");
}

/** Tells whether a resource has a tag. */
export function hasTag({ tags }: Resource, tag: string): boolean {
  return tagsIn(tags).includes(tag.toLowerCase());
}

/** What says to people and to a later run whose machine it is. */
export interface Wearer {
  /** Its name in the cluster, which no other machine of any deployment has. */
  readonly name: string;
  readonly apart?: string | undefined;
}

/** The tags of a machine: the product's, the deployment's, its own name, and the group that it is kept apart from. */
export function tagsOf({ name, apart }: Wearer, { deployment }: Owner): readonly string[] {
  return [product, tagOf(deployment), tagOf(name), ...(apart === undefined ? [] : [tagOfGroup(apart)])];
}

/** Tells by its tags whether a machine in the list is this one. */
export function wears(resource: Resource, { name }: Wearer): boolean {
  return isMachine(resource) && hasTag(resource, product) && hasTag(resource, tagOf(name));
}

/** Tells whether a line of the list is a virtual machine that is not a template. */
export function isMachine({ type, template }: Resource): boolean {
  return type === "qemu" && template !== true;
}

/** The sentence by which a machine is known that has no tags yet. */
export function sentenceOf({ name }: Wearer, { deployment, component }: Owner): string {
  return `Made by Fediversity: ${component} of ${deployment}, known by its tags and this sentence as ${name}.`;
}

/** Tells by its configuration whether a machine is this one. */
export function isDescribed(config: VmConfig, wearer: Wearer, owner: Owner): boolean {
  return (config["description"] ?? "").includes(sentenceOf(wearer, owner));
}
