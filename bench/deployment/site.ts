import { type Application, defineApplication, loginShell } from "fediversity";
import { z } from "zod";
import { notice } from "./notice.ts";

/** An application that makes of a machine what the playbook basic.yml makes of it: a package, a user and a file. */
export function site(name: string): Application {
  return defineApplication({
    name,
    description: "A package, a user and a file",
    options: z.object({ text: z.string().default("Looked after.\n").describe("What people read who log in") }),
    implementation({ options, request }) {
      request(loginShell, "shell", { packages: ["hello"] });
      request(notice, "notice", { text: options.text });
    },
  });
}
