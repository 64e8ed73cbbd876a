/** What a placement decides about: a request of an application, or the application itself (without a request). */
export interface Placeable {
  readonly application: string;
  readonly request?: { readonly name: string; readonly resource: string } | undefined;
}

/** Says on which machine a request is fulfilled, by the machine's name: a DNS label. */
export type Placement = (placeable: Placeable) => string;

/** Everything on one machine, named `machine`. */
export const oneMachine: Placement = () => "machine";

/** Each application on a machine of its own, named after it. */
export const machinePerApplication: Placement = ({ application }) => application;
