import { z } from "zod";
import { defineComponentType } from "../../model/component.ts";

/** A machine on this computer: a systemd-nspawn container with Debian 13. */
export const localMachine = defineComponentType({
  name: "local-machine",
  description: "A Debian machine as a container on this computer, made on demand",
  inputs: z.strictObject({
    /** Its host name. */
    name: z.string().regex(/^[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/, "expected a host name"),
  }),
  outputs: z.strictObject({
    address: z.string(),
    /** Public host keys, known because the machine was made here. */
    hostKeys: z.array(z.string()),
    /** The private key on this computer that may log in as root. */
    identityFile: z.string(),
  }),
});
/** Inputs of {@link localMachine}. */
export type LocalMachineInputs = z.output<typeof localMachine.inputs>;
