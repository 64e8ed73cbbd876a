import type { ComponentType } from "../../model/component.ts";
import { dnsRecord } from "./dns-record.ts";
import { incusInstance } from "./incus-instance.ts";
import { localMachine } from "./local-machine.ts";
import { machine } from "./machine.ts";

/** Every type of component that a deployment may have. */
export const componentTypes: readonly ComponentType[] = [dnsRecord, incusInstance, localMachine, machine];
