import { join } from "node:path";
import type { Bind, LocalMachine } from "./machine-record.ts";

function bindArgument(bind: Bind): string {
  const escaped = [bind.source, bind.target].map((path) => path.replaceAll("\\", "\\\\").replaceAll(":", "\\:"));
  return `--bind${bind.readOnly === true ? "-ro" : ""}=${escaped.join(":")}`;
}

/**
 * Gives the arguments for systemd-nspawn(1) that boot a machine, except for its root folder.
 * @param fuse whether this computer has /dev/fuse
 */
export function nspawnArguments(machine: LocalMachine, fuse: boolean): string[] {
  return [
    `--machine=${machine.id}`,
    `--hostname=${machine.name}`,
    `--uuid=${machine.machineId}`,
    "--boot",
    "--quiet",
    "--register=no",
    "--keep-unit",
    "--settings=no",
    "--console=passive",
    "--link-journal=no",
    "--resolv-conf=off",
    "--timezone=off",
    `--network-bridge=${machine.network.name}`,
    ...machine.binds.map(bindArgument),
    // Containers mount, use keyrings and bpf, and keep their own overlays off the machine's overlay.
    ...(machine.containers
      ? [
          "--capability=all",
          "--system-call-filter=add_key keyctl bpf",
          bindArgument({ source: join(machine.folder, "containers"), target: "/var/lib/containers" }),
          ...(fuse ? ["--bind=/dev/fuse"] : []),
        ]
      : []),
  ];
}
