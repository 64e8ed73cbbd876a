import { type Application, defineApplication, loginShell } from "fediversity";
import { z } from "zod";

/** An application that makes of a machine one that somebody may log in to. */
export function site(name: string): Application {
  return defineApplication({
    name,
    description: "An account with a shell",
    options: z.object({}),
    implementation({ request }) {
      request(loginShell, "shell", { packages: [] });
    },
  });
}
