import { defineApplication, text } from "fediversity";
import { z } from "zod";
import { loginNotice } from "./login-notice.ts";
import { perlService } from "./perl-service.ts";
import { program } from "./program.ts";

/** Greets whoever visits, and counts the visits. */
export const greeter = defineApplication({
  name: "greeter",
  description: "Greets whoever visits, and counts the visits",
  options: z.object({
    greeting: z
      .string()
      .min(1)
      .max(200)
      .regex(/^[^\p{Cc}\p{Cs}]*$/u, "expected one line of text")
      .default("Welcome!")
      .describe("What visitors read"),
    port: z.int().min(1024).max(65_535).default(8080).describe("The port that it listens on"),
  }),
  state: [{ kind: "directory", request: "web", description: "The number of visits" }],
  health: ({ options }) => ({ answers: { kind: "http", port: options.port, path: "/health" } }),
  implementation({ options, domain, request, secret }) {
    const web = request(perlService, "web", {
      program,
      configuration: `${options.greeting}\nThis is ${domain}.\n`,
      credentials: { token: secret("token", { format: "hex", length: 32 }) },
      port: options.port,
    });
    request(loginNotice, "notice", { line: text`Visitors are greeted at ${web.url}.` });
  },
});
