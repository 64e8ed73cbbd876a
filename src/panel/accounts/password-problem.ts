import { longestPassword, shortestPassword } from "./password.ts";

/** Words that everybody would try first. */
const products = ["fedipanel", "fediversity"];
/** Characters that have to remain of a password without the words that belong to the account or the product. */
const fewestOwn = 6;

/**
 * Why a password is not taken. There is no rule about which characters it is made of (NIST SP 800-63B-4, section 3.1.1.2).
 * @returns nothing when it is fine
 */
export function passwordProblem(password: string, email: string): "short" | "long" | "guessable" | undefined {
  if (Buffer.byteLength(password) > longestPassword) return "long";
  const text = password.normalize("NFKC").toLowerCase();
  if ([...text].length < shortestPassword) return "short";
  const address = email.toLowerCase();
  const [local = ""] = address.split("@");
  const words = [address, ...products, ...(local.length >= 3 ? [local] : [])];
  const rest = words.reduce((left, word) => left.replaceAll(word, ""), text);
  return [...rest].length < fewestOwn ? "guessable" : undefined;
}
