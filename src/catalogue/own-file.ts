// oxlint-disable-next-line no-restricted-imports -- files of the package itself: part of the program, as its modules are
import { readFileSync } from "node:fs";

/** By module and name. */
const texts = new Map<string, Map<string, string>>();

/**
 * Gives the text of a file that lies beside a module: a script for machines, which is constant; what differs reaches it
 * in files and arguments. Read once.
 * @param from the module's `import.meta.url`
 */
export function ownFile(name: string, from: string): string {
  const beside = texts.get(from) ?? new Map<string, string>();
  texts.set(from, beside);
  const known = beside.get(name) ?? readFileSync(new URL(name, from), "utf8");
  beside.set(name, known);
  return known;
}
