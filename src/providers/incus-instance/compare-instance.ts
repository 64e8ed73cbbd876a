import type { IncusInstanceInputs } from "../../catalogue/components/incus-instance.ts";
import type { Owner } from "../../catalogue/components/machine-on-demand.ts";
import type { Change } from "../../engine/provider.ts";
import { Failure } from "../../model/failure.ts";
import { imageWord, type Instance, isAway, marks, nicDevice, ownership, rootDevice, sizeConfig } from "./instance.ts";

/** What has to be done with an instance that is there. */
export interface Comparison {
  readonly changes: readonly Change[];
  /** What is not as the last apply left it. */
  readonly drift: readonly string[];
  /** Settings and devices to be changed, for one request. */
  readonly patch: { readonly config: Instance["config"]; readonly devices: Instance["devices"] };
  readonly profiles: boolean;
  /** Whether it has to be stopped for the patch. */
  readonly restart: boolean;
  readonly start: boolean;
  /** Whether it has to be deleted and made anew. */
  readonly replace: boolean;
}

const GiB = 1024 ** 3;
const factors: Readonly<Record<string, number>> = {
  ...{ "": 1, B: 1, kB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 },
  ...{ KiB: 1024, MiB: 1024 ** 2, GiB, TiB: 1024 ** 4 },
};

/** Bytes of a size in Incus's units (instance_units.md); undefined for what is none. */
export function bytesOf(size: string | undefined): number | undefined {
  const [, number, unit = ""] = /^([0-9]+)([A-Za-z]*)$/.exec(size ?? "") ?? [];
  const factor = factors[unit];
  return number === undefined || factor === undefined ? undefined : Number(number) * factor;
}

function refuse(instance: Instance, code: string, found: string, next: string): Failure {
  return new Failure({
    code,
    attempted: "compare the instance with what is wanted",
    subject: instance.name,
    found,
    next,
  });
}

/**
 * Refuses to touch an instance of somebody else, or one of which nothing is known now.
 * @throws Failure `instance-foreign`, `member-offline`
 */
export function refuseForeign(
  instance: Instance,
  owner: Owner,
  { adopt }: { readonly adopt?: string | undefined },
): void {
  if (isAway(instance)) {
    throw refuse(
      instance,
      "member-offline",
      `the cluster member ${instance.location} that it is on does not answer`,
      "Bring the member back, or let an administrator of the cluster evacuate it; then run the same command again.",
    );
  }
  const deployment = instance.config[marks.deployment];
  const component = instance.config[marks.component];
  if (deployment === owner.deployment && component === owner.component) return;
  if (deployment === undefined && instance.name === adopt) return;
  throw refuse(
    instance,
    "instance-foreign",
    deployment === undefined
      ? "an instance of this name is there, and Fediversity did not make it"
      : `it belongs to ${component ?? "a component"} of the deployment ${deployment}`,
    deployment === undefined
      ? `To take it over, name it in the environment: adopt: { MACHINE: "${instance.name}" }; or rename it.`
      : "Let each deployment have instances of its own.",
  );
}

/** Reasons why an instance cannot become what is wanted, and would have to be made anew. */
function reasonsToReplace(
  instance: Instance,
  inputs: IncusInstanceInputs,
  root: Instance["devices"][string],
): readonly string[] {
  const image = instance.config[marks.image];
  return [
    ...(instance.type === inputs.kind ? [] : [`it is a ${instance.type}, and a ${inputs.kind} is wanted`]),
    ...(root["pool"] === undefined || root["pool"] === inputs.pool
      ? []
      : [`its disk is in the pool ${root["pool"]}, and ${inputs.pool} is wanted`]),
    // An image is what a machine begins with: those that hold data stay what they have become.
    ...(inputs.protected || image === undefined || image === imageWord(inputs)
      ? []
      : [`it was made from the image ${image}, and ${imageWord(inputs)} is wanted`]),
  ];
}

function change(what: string, from: string | undefined, to: string): Change {
  return { verb: "change", what, detail: [`${from ?? "not set"} → ${to}`] };
}

/**
 * Compares an instance that is there with what is wanted. Pure.
 * @param applied the inputs of the last apply: what differs from them was changed from outside
 * @throws Failure `disk-shrink`, `instance-protected` for what cannot be done
 */
export function compareInstance(
  instance: Instance,
  owner: Owner,
  inputs: IncusInstanceInputs,
  applied: IncusInstanceInputs | undefined,
): Comparison {
  const root = instance.devices["root"] ?? instance.expanded_devices?.["root"] ?? {};
  const reasons = reasonsToReplace(instance, inputs, root);
  if (reasons.length > 0 && inputs.protected) {
    throw refuse(
      instance,
      "instance-protected",
      `it would have to be made anew: ${reasons.join("; ")}; and its disk may hold data`,
      "Change the environment back; or let it go with its data by `destroy` and `purge`, or with `protected: false`.",
    );
  }
  const [has, wants] = [bytesOf(root["size"]), inputs.size.disk * GiB];
  if (has !== undefined && has > wants && reasons.length === 0) {
    throw refuse(
      instance,
      "disk-shrink",
      `its disk has ${root["size"] ?? ""}, and ${String(inputs.size.disk)}GiB are wanted: a disk can only grow`,
      "Give the machine in `sizes` at least the disk that it has.",
    );
  }
  const config: Record<string, string> = {};
  const devices: Record<string, Instance["devices"][string]> = {};
  const changes: Change[] = [];
  const drift: string[] = [];
  const before = applied === undefined ? {} : { ...applied.config, ...sizeConfig(applied.size) };
  for (const [key, value] of Object.entries({ ...inputs.config, ...sizeConfig(inputs.size) })) {
    const found = instance.config[key];
    if (found === value) continue;
    config[key] = value;
    changes.push(change(key, found, value));
    if (before[key] === value) drift.push(`${key} is ${found ?? "not set"}, not ${value}`);
  }
  const owned = { ...ownership(owner, inputs) };
  for (const [key, value] of Object.entries(owned)) {
    if (instance.config[key] === value) continue;
    config[key] = value;
    if (key === marks.deployment)
      changes.push({ verb: "change", what: "owner", detail: [`taken over by ${owner.deployment}`] });
  }
  if (has === undefined || has < wants) {
    const grown = rootDevice(inputs);
    devices["root"] = grown;
    changes.push(change("disk", root["size"], grown["size"] ?? ""));
    if (applied?.size.disk === inputs.size.disk) drift.push(`the disk has ${root["size"] ?? "no size"}`);
  }
  const nic = nicDevice(inputs);
  const found = instance.devices["eth0"] ?? instance.expanded_devices?.["eth0"];
  if (found === undefined || Object.entries(nic).some(([key, value]) => found[key] !== value)) {
    devices["eth0"] = nic;
    const network = (device: Instance["devices"][string]): string => device["network"] ?? device["parent"] ?? "none";
    changes.push(change("network", found === undefined ? undefined : network(found), network(nic)));
  }
  const profiles = JSON.stringify(instance.profiles) !== JSON.stringify(inputs.profiles);
  if (profiles) changes.push(change("profiles", instance.profiles.join(", "), inputs.profiles.join(", ")));
  const kept = instance.config[marks.kept] ?? "";
  if (kept !== "") config[marks.kept] = "";
  const running = instance.status === "Running";
  if (!running) {
    const detail = kept === "" ? [] : [`with the data that was kept on ${kept}`];
    changes.push({ verb: "start", what: `instance ${instance.name}`, detail });
    if (kept === "") drift.push(`the instance is ${instance.status.toLowerCase()}`);
  }
  // Memory and disk of a virtual machine change with a boot.
  const restart =
    running && instance.type === "virtual-machine" && ("limits.memory" in config || devices["root"] !== undefined);
  if (restart) changes.push({ verb: "restart", what: `instance ${instance.name}` });
  if (reasons.length > 0) {
    const replaced: readonly Change[] = [
      { verb: "remove", what: `instance ${instance.name}`, detail: reasons },
      { verb: "add", what: `instance ${inputs.name}`, detail: ["made anew; nothing of it is kept"] },
    ];
    return { changes: replaced, drift, patch: { config, devices }, profiles, restart, start: true, replace: true };
  }
  return { changes, drift, patch: { config, devices }, profiles, restart, start: !running, replace: false };
}
