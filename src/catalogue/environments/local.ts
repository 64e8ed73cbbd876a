import { output } from "../../model/reference.ts";
import { localMachine } from "../components/local-machine.ts";
import type { MachineSource } from "./machine-source.ts";
import { nameOutside } from "./on-demand.ts";

/** Machines as containers on this computer, made on demand. */
export function local(): MachineSource {
  return {
    name: "local",
    machine(name, { domain }) {
      const path = `${localMachine.name}/${name}`;
      return {
        connection: {
          address: output(path, "address"),
          hostKeys: output(path, "hostKeys"),
          identityFile: output(path, "identityFile"),
        },
        components: { [path]: { type: localMachine.name, inputs: { name: nameOutside(name, domain) } } },
      };
    },
  };
}
