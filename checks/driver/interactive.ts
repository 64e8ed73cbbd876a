import { createInterface } from "node:readline/promises";
import type { Lab } from "./lab.ts";

/** Says how to get into the machines of a lab. */
export function describeAccess(lab: Lab): string {
  const prefix = [...lab.namespaceCommand, "ssh", "-F", lab.ssh.config].join(" ");
  return lab.machines.map((machine) => `  ${prefix} ${machine.name}`).join("\n");
}

/**
 * Stops with the machines up. On a terminal `NAME COMMAND` runs a command in a machine and an empty line goes on;
 * elsewhere it waits for the signal that ends the check.
 */
export async function waitInteractively(lab: Lab): Promise<void> {
  process.stdout.write(`\nThe machines are up:\n${describeAccess(lab)}\n`);
  if (!process.stdin.isTTY) {
    process.stdout.write("Ctrl-C ends them.\n");
    await new Promise<never>(() => setInterval(() => undefined, 60_000));
  }
  process.stdout.write("Here: `NAME COMMAND` runs a command in a machine, an empty line goes on, Ctrl-C ends.\n");
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  terminal.on("SIGINT", () => process.kill(process.pid, "SIGINT"));
  try {
    for (;;) {
      const line = (await terminal.question(`${lab.name}> `)).trim();
      if (line === "") return;
      const [name = "", ...words] = line.split(" ");
      const machine = lab.machines.find((candidate) => candidate.name === name);
      if (machine === undefined) {
        process.stdout.write(`The machines are ${lab.machines.map((other) => other.name).join(", ")}.\n`);
      } else {
        const { code, stdout, stderr } = await machine.execute(words.join(" "));
        process.stdout.write(`${stdout}${stderr}${code === 0 ? "" : `exit code ${String(code)}\n`}`);
      }
    }
  } finally {
    terminal.close();
  }
}
