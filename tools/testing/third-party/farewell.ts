import { defineApplication, loginShell } from "fediversity";
import { z } from "zod";

/** An application as somebody else would publish it. */
export const farewell = defineApplication({
  name: "farewell",
  description: "Prints a farewell in the terminal",
  options: z.object({ words: z.string().default("Goodbye") }),
  implementation({ request }) {
    request(loginShell, "shell", { packages: ["hello"] });
  },
});
