import { Failure } from "../../model/failure.ts";
import type { MachineHandle, PlacedRequest } from "../../model/resource.ts";
import { output, type Text } from "../../model/reference.ts";
import { machine as machineType } from "../components/machine.ts";

type Asking = Pick<PlacedRequest<unknown>, "application" | "name" | "from">;

/**
 * The address at which an application reaches what a machine offers: loopback where both are on one machine, else what
 * the other machine turns out to have, so that it is made first.
 */
export function addressOf(machine: MachineHandle, { from }: Asking): Text {
  return from.name === machine.name ? "127.0.0.1" : output(`${machineType.name}/${machine.name}`, "address");
}

/** The addresses, other than loopback, from which these requests come. */
export function remoteAddresses(machine: MachineHandle, requests: readonly Asking[]): readonly Text[] {
  const others = requests.filter(({ from }) => from.name !== machine.name);
  return [...new Map(others.map(({ from }) => [from.name, from.address])).values()];
}

/**
 * Refuses a placement that takes apart what has to share a machine's disk or its loopback interface.
 * @throws Failure `placement-apart`
 */
export function requireTogether(machine: MachineHandle, resource: string, requests: readonly Asking[]): void {
  const apart = requests.find(({ from }) => from.name !== machine.name);
  if (apart === undefined) return;
  throw new Failure({
    code: "placement-apart",
    attempted: "place requests on machines",
    subject: `application ${apart.application}, request ${apart.name}`,
    found: `the placement puts it on ${machine.name} and the application on ${apart.from.name}; a ${resource} works only beside its application`,
    next: `Let the placement give the application's own machine for the resource ${resource}.`,
  });
}
