// oxlint-disable-next-line no-restricted-imports -- files of the package itself: part of the program, as its modules are
import { readFileSync } from "node:fs";

const texts = new Map<string, string>();

/**
 * Gives the text of a file that lies beside a module: a script for machines, which is constant; what differs reaches it
 * in files and arguments. Read once.
 * @param from the module's `import.meta.url`
 */
export function ownFile(name: string, from: string): string {
  const { href } = new URL(name, from);
  const known = texts.get(href) ?? readFileSync(new URL(href), "utf8");
  texts.set(href, known);
  return known;
}
