import type { z } from "zod";
import { Failure } from "../../model/failure.ts";
import { nearest } from "../../model/nearest.ts";
import type { Connection } from "../components/machine.ts";
import type { MachineSource } from "./machine-source.ts";

type Host = string | z.input<typeof Connection>;

/**
 * Existing Debian machines over SSH: by name of the machine in the placement, or, for a placement with a single
 * machine, a list of one.
 * @example hosts({ hello: "203.0.113.7", cowsay: { address: "203.0.113.8", port: 2222 } })
 */
export function hosts(given: readonly [Host] | { readonly [name: string]: Host }): MachineSource {
  const byName = Array.isArray(given) ? undefined : (given as { readonly [name: string]: Host });
  const single = Array.isArray(given) ? (given[0] as Host) : undefined;
  return {
    name: "hosts",
    machine(name) {
      const host = single ?? (byName !== undefined && Object.hasOwn(byName, name) ? byName[name] : undefined);
      if (host === undefined) {
        const known = Object.keys(byName ?? {});
        const near = nearest(name, known);
        throw new Failure({
          code: "machine-unknown",
          attempted: "place requests on machines",
          subject: `machine ${name}`,
          found: `the machine source hosts has no machine of this name${near === undefined ? "" : `; is "${near}" meant?`}`,
          next: `Add it in the environment: hosts({ ${name}: "address", … }).`,
        });
      }
      return { connection: typeof host === "string" ? { address: host } : host, components: {} };
    },
  };
}
