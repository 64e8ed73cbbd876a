import { domainToASCII } from "node:url";
import { z } from "zod";

const label = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";

/**
 * A fully qualified domain name as DNS carries it: RFC 1035 section 2.3.1 and RFC 1123 section 2.1, in lower case.
 * Each way to be wrong has a message of its own.
 */
export const Domain = z
  .string()
  .superRefine((value, context) => {
    const problem = domainProblem(value);
    if (problem !== undefined) context.addIssue({ code: "custom", message: `expected ${problem}` });
  })
  .meta({
    format: "hostname",
    pattern: `^(?:${label}\\.)+(?![0-9]+$)${label}$`,
    maxLength: 253,
  });

function domainProblem(value: string): string | undefined {
  if (value === "") return "a domain such as example.org, found nothing";
  if (value.includes("/")) return "a domain alone, such as example.org, without https:// and without a path";
  if (/[^\u0000-\u007f]/.test(value)) {
    const ascii = domainToASCII(value);
    return `the domain in its ASCII form${ascii === "" ? "" : `: write "${ascii}"`}`;
  }
  if (/^[0-9.]+$|^\[?[0-9a-f]*:[0-9a-f:.]+\]?$/i.test(value)) return "a domain, found something like an IP address";
  if (value.length > 253) return `at most 253 characters, found ${String(value.length)}`;
  if (value.endsWith("."))
    return `a domain without a dot at its end: write ${JSON.stringify(value.replace(/\.+$/, ""))}`;
  if (/[A-Z]/.test(value)) return `a domain in lower case: write ${JSON.stringify(value.toLowerCase())}`;
  return partsProblem(value.split("."));
}

function partsProblem(parts: readonly string[]): string | undefined {
  for (const part of parts) {
    if (part === "") return "no empty part between dots";
    if (part.length > 63) return `parts of at most 63 characters, "${part.slice(0, 12)}…" has ${String(part.length)}`;
    if (!/^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/.test(part)) {
      return `letters, digits and inner hyphens between the dots, found ${JSON.stringify(part)}`;
    }
  }
  const [first = "", ...others] = parts;
  if (others.length === 0) return `at least two parts with a dot between them, such as ${first}.org`;
  return /^[0-9]+$/.test(others.at(-1) ?? "") ? "a domain that ends in a name, not in a number" : undefined;
}

/** An e-mail address in the usual form, its domain as {@link Domain}. */
export const EmailAddress = z
  .string()
  .superRefine((value, context) => {
    const [, local = "", domain = ""] = /^(.*)@([^@]*)$/s.exec(value) ?? [];
    // RFC 5321 section 4.1.2 (Dot-string) and 4.5.3.1 (lengths).
    const written = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/.test(local);
    const problem =
      written && local.length <= 64 && domain !== ""
        ? domainProblem(domain)
        : "an e-mail address such as ada@example.org";
    if (problem === undefined) return;
    const message = problem.startsWith("an e-mail") ? `expected ${problem}` : `after the @: expected ${problem}`;
    context.addIssue({ code: "custom", message });
  })
  .meta({ format: "email", maxLength: 254 });
