import { z } from "zod";
import type { Environment, EnvironmentInput, EnvironmentResult } from "../../model/environment.ts";
import { Failure } from "../../model/failure.ts";
import type { Component } from "../../model/component.ts";
import { binder } from "../../model/bind.ts";
import { canonicalJson, sameJson, type JsonObject } from "../../model/json.ts";
import { parse } from "../../model/parse.ts";
import { secret, type SecretReference } from "../../model/reference.ts";
import type { MachineHandle } from "../../model/resource.ts";
import type { DeclaredSecrets } from "../../model/secret-declarations.ts";
import type { System } from "../../system/system.ts";
import type { Fragment } from "../../system/fragment.ts";
import { mergeFragments } from "../../system/fragment.ts";
import { machine as machineType } from "../components/machine.ts";
import type { MachineSource, SourcedMachine } from "./machine-source.ts";
import type { Offer } from "./offer.ts";
import { fulfil } from "./fulfil.ts";
import { chooseOffer } from "./offer.ts";
import type { Placement } from "./placement.ts";
import { termsOf } from "./terms.ts";

/** An environment as a hosting provider writes it. */
export interface EnvironmentDefinition {
  readonly name: string;
  readonly description?: string | undefined;
  /** Offers by a name that refusals mention. */
  readonly offers: { readonly [name: string]: Offer };
  readonly placement: Placement;
  readonly machines: MachineSource;
  /**
   * Seconds in which a machine that was switched to a new generation waits for the deployer's confirmation over a new
   * connection before it goes back by itself; 60 when not given.
   */
  readonly confirmSeconds?: number | undefined;
  /**
   * Seconds that a health check may take at most, where machines are fast enough for a shorter patience than that of the
   * applications; theirs when not given.
   */
  readonly healthSeconds?: number | undefined;
  /** Secrets of the hosting provider, by a name that policies use: `providerSecret("dns-key")`. */
  readonly secrets?: { readonly [name: string]: SecretFile } | undefined;
}

/** A secret that the hosting provider keeps in a file of the deployer. */
export interface SecretFile {
  /** An absolute path. */
  readonly file: string;
}

/** References a secret of the hosting provider, which its environment names under `secrets`. */
export function providerSecret(name: string): SecretReference {
  return secret(`provider/${name}`);
}

function providerSecrets({ name, secrets = {} }: EnvironmentDefinition): DeclaredSecrets {
  const declared = Object.entries(secrets).map(
    ([key, { file }]) => [`provider/${key}`, { origin: "file" as const, path: file }] as const,
  );
  return { origin: `environment ${name}`, secrets: Object.fromEntries(declared) };
}

interface Group {
  readonly offer: string;
  readonly machine: string;
  readonly requests: EnvironmentInput["requests"];
}

const MachineName = z.string().regex(/^[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/);

function placed(placement: Placement, placeable: Parameters<Placement>[0]): string {
  const name = placement(placeable);
  if (parse(MachineName, name).success) return name;
  throw new Failure({
    code: "placement-invalid",
    attempted: "place requests on machines",
    subject: `application ${placeable.application}`,
    found: `the placement gives ${JSON.stringify(name)}, which is not a host name`,
    next: "Let the placement give lower-case letters, digits and hyphens.",
  });
}

/** Groups requests by the offer that fulfils them and the machine they are placed on, in a fixed order. */
function group({ offers, placement }: EnvironmentDefinition, input: EnvironmentInput): readonly Group[] {
  const groups = new Map<
    string,
    { offer: string; machine: string; requests: EnvironmentInput["requests"][number][] }
  >();
  for (const request of input.requests) {
    const offer = chooseOffer(offers, request);
    const machine = placed(placement, {
      application: request.application,
      request: { name: request.name, resource: request.resource.name },
    });
    const key = `${machine}\u0000${offer}`;
    const found = groups.get(key) ?? { offer, machine, requests: [] };
    found.requests.push(request);
    groups.set(key, found);
  }
  return [...groups.keys()].toSorted().map((key) => groups.get(key) as Group);
}

/** One machine has one system, so two names for one address would undo each other's work at every apply. */
function refuseSharedMachines(sourced: ReadonlyMap<string, SourcedMachine>): void {
  const names = new Map<string, string>();
  for (const [name, { connection }] of sourced) {
    const place = canonicalJson({ address: connection.address, port: connection.port ?? 22 });
    const other = names.get(place);
    if (other !== undefined) {
      throw new Failure({
        code: "machine-shared",
        attempted: "place requests on machines",
        subject: `machines ${other} and ${name}`,
        found: "the machine source gives the same machine for both",
        next: "Give each a machine of its own, or use a placement that puts both on one.",
      });
    }
    names.set(place, name);
  }
}

function addComponents(all: Record<string, Component>, more: EnvironmentResult["components"], origin: string): void {
  for (const [path, component] of Object.entries(more)) {
    const other = all[path];
    if (other !== undefined && !sameJson(other, component)) {
      throw new Failure({
        code: "conflict",
        attempted: "make the deployment",
        subject: path,
        found: `${origin} makes a component of this path, and there is another with different inputs`,
        next: "Mend the resource or machine source: give the component a path of its own.",
      });
    }
    all[path] = component;
  }
}

/** Shortens the deadlines of health checks to at most so many seconds. */
function impatient(system: System, seconds: number | undefined): System {
  if (seconds === undefined) return system;
  const health = Object.entries(system.health).map(
    ([name, check]) => [name, { ...check, deadline: Math.min(check.deadline, seconds) }] as const,
  );
  return { ...system, health: Object.fromEntries(health) };
}

function implement(definition: EnvironmentDefinition, input: EnvironmentInput): EnvironmentResult {
  const { offers, placement, machines } = definition;
  const sourced = new Map<string, SourcedMachine>();
  const fragments = new Map<string, Fragment[]>();
  const handle = (name: string): MachineHandle => {
    const found = sourced.get(name) ?? machines.machine(name, { domain: input.domain });
    sourced.set(name, found);
    return { name, address: found.connection.address };
  };
  const contribute = (machine: string, fragment: Fragment): void => {
    handle(machine);
    const others = fragments.get(machine);
    if (others === undefined) fragments.set(machine, [fragment]);
    else others.push(fragment);
  };
  const components: Record<string, Component> = {};
  const bindings: Record<string, unknown> = {};
  const secrets: DeclaredSecrets[] = [providerSecrets(definition)];
  for (const { offer: offerName, machine, requests } of group(definition, input)) {
    const { resource, policy } = offers[offerName] as Offer;
    const result = fulfil(resource, {
      policy,
      domain: input.domain,
      machine: handle(machine),
      machineNamed: handle,
      requests: requests.map(({ application, name, request }) => ({
        application,
        name,
        request,
        from: handle(placed(placement, { application })),
      })),
    });
    requests.forEach(({ application, name }, index) => {
      bindings[`${application}/${name}`] = result.bindings[index];
    });
    for (const fragment of result.fragments) contribute(machine, fragment);
    for (const [other, fragment] of result.elsewhere) contribute(other, fragment);
    addComponents(components, result.components ?? {}, `resource ${resource.name}`);
    secrets.push({ origin: `resource ${resource.name}`, secrets: result.secrets ?? {} });
  }
  for (const [application, health] of Object.entries(input.health)) {
    const named = Object.fromEntries(
      Object.entries(health).map(([check, value]) => [`${application}-${check}`, value]),
    );
    contribute(placed(placement, { application }), { origin: `application ${application}`, system: { health: named } });
  }
  refuseSharedMachines(sourced);
  machines.refuse?.([...sourced.keys()].toSorted(), { domain: input.domain });
  // What a part holds in the end is known now, and is checked under the name of who contributes it.
  const bind = binder(bindings);
  for (const name of [...sourced.keys()].toSorted()) {
    const source = sourced.get(name) as SourcedMachine;
    addComponents(components, source.components, `machine source ${machines.name}`);
    secrets.push({ origin: `machine source ${machines.name}`, secrets: source.secrets ?? {} });
    const parts = (fragments.get(name) ?? []).map(({ origin, system }) => ({
      origin,
      system: bind(system) as Fragment["system"],
    }));
    const system = impatient(mergeFragments(parts), definition.healthSeconds);
    const patience = definition.confirmSeconds === undefined ? {} : { confirmSeconds: definition.confirmSeconds };
    const inputs = { connection: source.connection, system, ...patience } as unknown as JsonObject;
    const path = `${machineType.name}/${name}`;
    addComponents(components, { [path]: { type: machineType.name, inputs } }, "the placement");
  }
  return { components, bindings, secrets };
}

/** Defines an environment: offers × placement × machine source. */
export function defineEnvironment(definition: EnvironmentDefinition): Environment {
  return Object.freeze({
    kind: "environment",
    name: definition.name,
    description: definition.description ?? "",
    terms: termsOf(definition),
    implementation: (input: EnvironmentInput) => implement(definition, input),
  });
}
