import { z } from "zod";
import { Domain, EmailAddress } from "../../model/domain.ts";
import { SecretText, text } from "../../model/reference.ts";
import { defineResource } from "../../system/resource.ts";

const Host = Domain.or(z.ipv4()).or(z.ipv6());
const Security = z.enum(["tls", "starttls", "none"]);

/** A relay that takes an application's mail: RFC 5321, RFC 6409. */
export const mail = defineResource({
  name: "mail",
  description: "A relay that takes the application's mail",
  request: z.strictObject({
    from: z
      .string()
      .regex(/^[a-z0-9]+(?:[._-][a-z0-9]+)*$/)
      .default("notifications")
      .describe("What stands before the @ in the sender's address"),
  }),
  policy: z.strictObject({
    host: Host.describe("The relay"),
    port: z.int().min(1).max(65_535).default(587).describe("Its port"),
    security: Security.default("starttls").describe(
      "`tls` from the first byte, `starttls`, or `none` in a network of one's own",
    ),
    user: z
      .string()
      .min(1)
      .max(200)
      .regex(/^[!-~]+$/)
      .optional()
      .describe("Who logs in there"),
    password: SecretText.optional().describe("With which password: providerSecret(…)"),
    from: EmailAddress.optional().describe("The sender of every mail, where the relay takes no other"),
  }),
  binding: z.strictObject({
    host: Host,
    port: z.int(),
    user: z.string(),
    password: SecretText,
    /** The sender's address. */
    from: z.string(),
    /** Whether TLS begins with the first byte: `true` or `false`. */
    tls: z.string(),
    /** Whether TLS is begun by a command: `always` or `never`. */
    starttls: z.string(),
    /** Whether everything goes in the clear: `true` or `false`. */
    plain: z.string(),
    /** Whether TLS may be begun where the relay offers it: `true` or `false`. */
    opportunistic: z.string(),
    /** What Laravel calls the encryption: `tls` or `null`. */
    encryption: z.string(),
    /** How one logs in: `plain` (RFC 4616), or `none`. */
    authentication: z.string(),
  }),
  apply({ policy, requests, domain }) {
    const { host, port, security, user = "", password = "" } = policy;
    return {
      bindings: requests.map(({ request }) => ({
        host,
        port,
        user,
        password: text`${password}`,
        tls: String(security === "tls"),
        starttls: security === "starttls" ? "always" : "never",
        plain: String(security === "none"),
        opportunistic: String(security !== "none"),
        encryption: security === "none" ? "null" : "tls",
        authentication: user === "" ? "none" : "plain",
        from: policy.from ?? `${request.from}@${domain}`,
      })),
    };
  },
});
