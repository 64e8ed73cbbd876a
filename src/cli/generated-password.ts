import type { Engine } from "../engine/engine.ts";
import type { Deployment } from "../model/deployment.ts";
import { initialPassword } from "../model/secret.ts";
import { as, line, type Line } from "./rendering/line.ts";

/** What is said of a deployment's secrets, by their names: those that the engine makes and somebody has to know. */
function announcements(deployment: Deployment): ReadonlyMap<string, string> {
  const said = Object.entries(deployment.secrets).flatMap(([name, declaration]) => {
    if (declaration.origin !== "generated") return [];
    const words = name === initialPassword ? "The password of the first accounts is" : declaration.announcement;
    return words === undefined ? [] : [[name, words] as const];
  });
  return new Map(said);
}

/**
 * Prepares to say the secrets that somebody has to know, such as the password of the first accounts, once: after the run
 * in which they were generated.
 * @returns what gives the lines, after the run; none for what the operator wrote or has seen before
 */
export async function generatedPassword(
  engine: Pick<Engine, "state" | "reveal">,
  deployment: Deployment,
): Promise<() => Promise<readonly Line[]>> {
  const wanted = announcements(deployment);
  if (wanted.size === 0) return () => Promise.resolve([]);
  const before = (await engine.state()).secrets;
  return async () => {
    const { secrets } = await engine.state();
    const lines: Line[] = [];
    for (const [name, words] of wanted) {
      if (before[name] !== undefined || secrets[name] === undefined) continue;
      lines.push(line(`${words} `, as("strong", await engine.reveal(name))));
    }
    if (lines.length === 0) return [];
    const again = "It is shown this once; `fediversity reveal` prints it again to those who have the identity.";
    return [...lines, line(as("faint", again))];
  };
}
