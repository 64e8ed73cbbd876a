import { z } from "zod";
import type { Application } from "./application.ts";
import { Domain, EmailAddress } from "./domain.ts";

/** Names that fediverse services, Debian or mail (RFC 2142) keep for themselves. */
const reservedUserNames: ReadonlySet<string> = new Set(
  (
    "root admin administrator daemon bin sys sync games man lp mail news uucp proxy www-data backup list irc nobody " +
    "sshd messagebus postgres mastodon peertube pixelfed snac garage caddy valkey support help security abuse " +
    "postmaster hostmaster webmaster noreply info moderator owner system api instance actor relay"
  ).split(" "),
);

const UserName = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,29}$/, "expected 1 to 30 lower-case letters, digits and _, beginning with a letter")
  .refine((name) => !reservedUserNames.has(name), {
    error: (issue) => `"${String(issue.input)}" is reserved: choose another user name`,
  })
  .meta({ not: { enum: [...reservedUserNames] } });

const initialUser = z.strictObject({
  displayName: z
    .string()
    .min(1)
    .max(100)
    .regex(/^[^\p{Cc}\p{Cs}]*$/u, "expected text without line breaks and control characters")
    .regex(/\S/, "expected a name, found only spaces")
    .describe("The name that others see"),
  username: UserName.describe("The name to log in with, and the handle in the fediverse"),
  email: EmailAddress.describe("Where services write to"),
  password: z
    .string()
    .min(12, "expected at least 12 characters")
    // Applications hash with bcrypt, which takes no more than this.
    .refine((value) => Buffer.byteLength(value) <= 72, "expected at most 72 bytes")
    .regex(/^[^\p{Cc}\p{Cs}]*$/u, "expected text without line breaks and control characters")
    .optional()
    .meta({ description: "Without it a password is generated", format: "password", maxLength: 72, writeOnly: true }),
});

/** The first account of every application. The password travels apart, as a secret. */
export type InitialUser = Omit<z.output<typeof initialUser>, "password">;

/** The options as the operator writes them: with the switch, and with whatever the author checks across options. */
function withEnable({ name, options }: Application): z.ZodObject {
  const enable = z.boolean().default(false).describe(`Whether ${name} runs`);
  return options.clone({ ...options.def, shape: { enable, ...options.shape }, catchall: z.never() });
}

/**
 * The schema of an operator's configuration, derived from the applications that a hosting provider offers.
 * Nothing about an application is written twice: its options are its own schema.
 */
export function configurationSchema(applications: readonly Application[]): z.ZodType<Configuration> {
  const shape = Object.fromEntries(
    applications.map((application) => [
      application.name,
      withEnable(application).optional().meta({ title: application.name, description: application.description }),
    ]),
  );
  return z.strictObject({
    $schema: z.string().optional().describe("Where the JSON Schema of this file is, for editors"),
    domain: Domain.describe("The domain that everything belongs to, such as example.org"),
    initialUser: initialUser.describe("The first account, which administers every application"),
    applications: z.strictObject(shape).default({}).describe("The applications and their options"),
  }) as unknown as z.ZodType<Configuration>;
}

/** What an operator writes, checked and with defaults filled in. */
export interface Configuration {
  readonly $schema?: string | undefined;
  readonly domain: string;
  readonly initialUser: z.output<typeof initialUser>;
  readonly applications: {
    readonly [name: string]: ({ readonly enable: boolean } & Record<string, unknown>) | undefined;
  };
}
