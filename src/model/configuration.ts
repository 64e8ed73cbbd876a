import { domainToASCII } from "node:url";
import { z } from "zod";
import type { Application } from "./application.ts";

/**
 * A fully qualified domain name as DNS carries it: RFC 1035 section 2.3.1 and RFC 1123 section 2.1, in lower case.
 * Each way to be wrong has a message of its own.
 */
export const Domain = z.string().superRefine((value, context) => {
  const problem = domainProblem(value);
  if (problem !== undefined) context.addIssue({ code: "custom", message: problem });
});

function domainProblem(value: string): string | undefined {
  if (value === "") return "expected a domain such as example.org, found nothing";
  // eslint-disable-next-line no-control-regex
  if (/[^\u0000-\u007f]/.test(value)) {
    const ascii = domainToASCII(value);
    return `expected the domain in its ASCII form${ascii === "" ? "" : `: write "${ascii}"`}`;
  }
  if (value.endsWith(".")) return `expected a domain without a dot at its end: write "${value.replace(/\.+$/, "")}"`;
  if (/[A-Z]/.test(value)) return `expected a domain in lower case: write "${value.toLowerCase()}"`;
  if (value.length > 253) return `expected at most 253 characters, found ${String(value.length)}`;
  const labels = value.split(".");
  if (labels.length < 2)
    return `expected at least two parts, such as ${value.replace(/[^a-z0-9-]/g, "") || "example"}.org`;
  for (const label of labels) {
    if (label === "") return "expected no empty part between dots";
    if (label.length > 63)
      return `expected parts of at most 63 characters, "${label.slice(0, 12)}…" has ${String(label.length)}`;
    if (!/^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/.test(label)) {
      return `expected letters, digits and inner hyphens, found "${label}"`;
    }
  }
  return /^[0-9]+$/.test(labels.at(-1) ?? "")
    ? "expected a domain, found something that looks like an IP address"
    : undefined;
}

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
  });

const initialUser = z.strictObject({
  displayName: z
    .string()
    .min(1)
    .max(100)
    .regex(/^[^\p{Cc}\p{Cs}]*$/u, "expected text without line breaks and control characters")
    .describe("The name that others see"),
  username: UserName.describe("The name to log in with, and the handle in the fediverse"),
  email: z
    .string()
    .max(254)
    .regex(
      /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-z0-9.-]+\.[a-z]{2,}$/,
      "expected an e-mail address such as ada@example.org",
    )
    .describe("Where services write to"),
  password: z
    .string()
    .min(12, "expected at least 12 characters")
    .max(128)
    .regex(/^[^\p{Cc}]*$/u, "expected text without line breaks and control characters")
    .optional()
    .describe("Without it a password is generated"),
});

/** The first account of every application. The password travels apart, as a secret. */
export type InitialUser = Omit<z.output<typeof initialUser>, "password">;

/**
 * The schema of an operator's configuration, derived from the applications that a hosting provider offers.
 * Nothing about an application is written twice: its options are its own schema.
 */
export function configurationSchema(applications: readonly Application[]): z.ZodType<Configuration> {
  const shape = Object.fromEntries(
    applications.map((application) => [
      application.name,
      z
        .strictObject({
          enable: z.boolean().default(false).describe(`Whether ${application.name} runs`),
          ...application.options.shape,
        })
        .optional()
        .describe(application.description),
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
