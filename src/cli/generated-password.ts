import type { Engine } from "../engine/engine.ts";
import type { Deployment } from "../model/deployment.ts";
import { initialPassword } from "../model/secret.ts";
import { as, line, type Line } from "./rendering/line.ts";

/**
 * Prepares to say the password of the first accounts, once: after the run in which it was generated.
 * @returns what gives the lines, after the run; none when the operator wrote the password or has seen it before
 */
export async function generatedPassword(
  engine: Pick<Engine, "state" | "reveal">,
  deployment: Deployment,
): Promise<() => Promise<readonly Line[]>> {
  const nothing = (): Promise<readonly Line[]> => Promise.resolve([]);
  if (deployment.secrets[initialPassword]?.origin !== "generated") return nothing;
  const before = (await engine.state()).secrets[initialPassword];
  if (before !== undefined) return nothing;
  return async () => {
    if ((await engine.state()).secrets[initialPassword] === undefined) return [];
    const password = await engine.reveal(initialPassword);
    return [
      line("The password of the first accounts is ", as("strong", password)),
      line(as("faint", "It is shown this once; `fediversity reveal` prints it again to those who have the identity.")),
    ];
  };
}
