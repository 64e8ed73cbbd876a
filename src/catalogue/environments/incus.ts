import { z } from "zod";
import type { JsonObject } from "../../model/json.ts";
import { incusInstance, incusMembers } from "../components/incus-instance.ts";
import type { MachineSource } from "./machine-source.ts";
import { onDemand, onDemandPolicy, readPolicy, refuseBeyondQuota } from "./on-demand.ts";

const IncusPolicy = z.strictObject({ ...onDemandPolicy, ...incusMembers });

/**
 * Machines as instances of an Incus server or cluster, which places them; made on demand.
 * @throws Failure `policy-invalid` naming the place in the policy
 */
export function incus(given: z.input<typeof IncusPolicy>): MachineSource {
  const policy = readPolicy("incus", IncusPolicy, given);
  const { server, project, kind, image, pool, nic, target, profiles, config } = policy;
  const own = {
    ...{ server, project, kind, image, pool, nic, profiles, config },
    ...(target === undefined ? {} : { target }),
  };
  return {
    name: "incus",
    machine(name, demanded) {
      const { path, inputs, connection, secrets } = onDemand(incusInstance.name, policy, name, demanded);
      const component = { type: incusInstance.name, inputs: { ...inputs, ...own } as unknown as JsonObject };
      return { connection, secrets, components: { [path]: component } };
    },
    refuse: (machines, demanded) => {
      refuseBeyondQuota("incus", policy, machines, demanded);
    },
  };
}
