/** What the DNS says about who answers for a domain. */
export type Delegation =
  | { readonly kind: "unneeded" | "unchecked" | "good" | "missing" }
  | { readonly kind: "wrong" | "unreachable"; readonly found: string };

/** Whether nobody could reach what is deployed now: a person has to want it all the same. What is not known stops nobody. */
export function leadsElsewhere({ kind }: Delegation): boolean {
  return kind === "missing" || kind === "wrong";
}

/** Asks for the names of a domain's name servers. */
export type AskNameServers = (domain: string) => Promise<readonly string[]>;

/** What RFC 1035 answers mean: no such name, or no name servers of its own. */
const absent = new Set(["ENOTFOUND", "ENODATA"]);

/**
 * Looks whether a domain is delegated to the hosting provider's name servers. Nothing but names is asked for, and only the
 * resolver of this computer is spoken to.
 */
export async function checkDelegation(
  domain: string,
  { nameServers, freeDomains }: { readonly nameServers: readonly string[]; readonly freeDomains: readonly string[] },
  ask: AskNameServers,
): Promise<Delegation> {
  if (freeDomains.some((free) => domain.endsWith(`.${free}`))) return { kind: "unneeded" };
  if (nameServers.length === 0) return { kind: "unchecked" };
  try {
    const found = (await ask(domain)).map((name) => name.toLowerCase().replace(/\.$/, "")).toSorted();
    if (found.length === 0) return { kind: "missing" };
    return found.some((name) => nameServers.includes(name))
      ? { kind: "good" }
      : { kind: "wrong", found: found.join(", ") };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    return absent.has(code) ? { kind: "missing" } : { kind: "unreachable", found: code };
  }
}
