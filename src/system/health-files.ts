import { Failure } from "../model/failure.ts";
import type { HealthCheck } from "../model/health.ts";

/**
 * Writes health checks for the machine, by name: first line kind and deadline in seconds, then one argument a line.
 * @throws Failure `health-invalid` for arguments that do not fit on a line
 */
export function healthFiles(health: { readonly [name: string]: HealthCheck }): readonly (readonly [string, string])[] {
  return Object.entries(health).map(([name, check]) => {
    const words = argumentsOf(check);
    for (const word of words) {
      if (typeof word === "string" && !/[\u0000-\u001f\u007f]/.test(word)) continue;
      throw new Failure({
        code: "health-invalid",
        attempted: "build a generation",
        subject: `health check ${name}`,
        found: "an argument holds a control character or an unresolved reference",
        next: "Put the text into a file of the system and name that file instead.",
      });
    }
    return [
      name,
      `${check.kind} ${String(Math.ceil(check.deadline))}\n${words.map((word) => `${String(word)}\n`).join("")}`,
    ];
  });
}

function argumentsOf(check: HealthCheck): readonly unknown[] {
  switch (check.kind) {
    case "http":
      return [String(check.port), check.host, String(check.status), check.path];
    case "tcp":
      return [String(check.port)];
    case "command":
      return check.command;
  }
}
