import { z } from "zod";
import { defineComponentType } from "../../model/component.ts";
import { referable } from "../../model/reference.ts";
import { System } from "../../system/system.ts";

/** How a machine is reached over SSH. */
export const Connection = z.strictObject({
  address: referable(
    z.string().regex(/^[A-Za-z0-9](?:[A-Za-z0-9.:-]*[A-Za-z0-9])?$/, "expected a host name or an IP address"),
  ),
  port: z.int().min(1).max(65_535).default(22),
  user: z
    .string()
    .regex(/^[a-z_][a-z0-9_-]{0,30}$/, "expected a user name")
    .default("root"),
  /** Public host keys that the machine is known to have, as `type base64`. Without them the first contact pins them. */
  hostKeys: referable(
    z.array(z.string().regex(/^[a-z0-9@.-]+ [A-Za-z0-9+/=]+$/, "expected a key such as ssh-ed25519 AAAA…")),
  ).optional(),
  /** A private key file on the deployer, where the agent and ssh_config do not already know one. */
  identityFile: referable(z.string().regex(/^\/[^\p{Cc}]*$/u, "expected an absolute path")).optional(),
  /** The component that makes the machine and keeps its disk, and with it the data, when the machine is not wanted any more. */
  madeBy: z.string().optional(),
});

/** The system of one Debian machine, reached over SSH. */
export const machine = defineComponentType({
  name: "machine",
  description: "The system of one Debian machine: packages, users, files, units, containers and their health",
  inputs: z.strictObject({
    connection: Connection,
    system: System,
    /** Seconds in which a switched machine waits for confirmation before it goes back. */
    confirmSeconds: z.int().min(5).max(3600).optional(),
  }),
  outputs: z.strictObject({ address: z.string(), generation: z.int() }),
});
/** Inputs of {@link machine} with every reference to an output resolved. */
export type MachineInputs = z.output<typeof machine.inputs>;
