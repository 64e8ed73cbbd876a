import { z } from "zod";
import { defineApplication } from "../../model/application.ts";
import { loginShell } from "../resources/login-shell.ts";

/** GNU hello. */
export const hello = defineApplication({
  name: "hello",
  description: "Prints a friendly greeting in the terminal",
  options: z.object({}),
  health: () => ({ greets: { kind: "command", command: ["/usr/bin/hello"] } }),
  implementation({ request }) {
    request(loginShell, "shell", { packages: ["hello"] });
  },
});
