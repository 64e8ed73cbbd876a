import { z } from "zod";
import { defineApplication } from "../../model/application.ts";
import { loginShell } from "../resources/login-shell.ts";

/** Tony Monroe's cowsay. */
export const cowsay = defineApplication({
  name: "cowsay",
  description: "Lets a cow speak in the terminal",
  options: z.object({}),
  health: () => ({ speaks: { kind: "command", command: ["/usr/games/cowsay", "moo"] } }),
  implementation({ request }) {
    request(loginShell, "shell", { packages: ["cowsay"] });
  },
});
