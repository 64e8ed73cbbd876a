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
  const isGenerated = deployment.secrets[initialPassword]?.origin === "generated";
  const before = (await engine.state()).secrets[initialPassword];
  return async () => {
    const now = (await engine.state()).secrets[initialPassword];
    if (!isGenerated || before !== undefined || now === undefined) return [];
    const password = await engine.reveal(initialPassword);
    return [
      line("The password of the first accounts is ", as("strong", password)),
      line(as("faint", "It is shown this once; `fediversity reveal` prints it again to those who have the identity.")),
    ];
  };
}
