import { z } from "zod";

/**
 * The grammar of a Debian package's name: lower case letters, digits, `+`, `-` and `.`, at least two characters,
 * beginning with a letter or digit (Debian Policy, sections 5.6.1 and 5.6.7).
 */
const packageNamePattern = /^[a-z0-9][a-z0-9+.-]+$/;

/** Whether a text can be the name of a Debian package. It says nothing about such a package being there. */
export function isPackageName(text: string): boolean {
  return packageNamePattern.test(text);
}

/** Schema of the name of a Debian package. */
export const PackageName = z.string().regex(packageNamePattern, "expected the name of a Debian package");
