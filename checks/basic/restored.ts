/** Lines of an inventory that a removal may leave, and those that it may take away; each regular expression says why. */
export interface Exceptions {
  readonly left?: RegExp;
  readonly missing?: RegExp;
}

/** What is there now and was not there before. */
export function added(before: readonly string[], after: readonly string[]): readonly string[] {
  const known = new Set(before);
  return after.filter((line) => !known.has(line));
}

/**
 * Fails when a machine is not as it was: by what a removal left, and by what it took that was there before, such as a
 * package, an account or a file of the machine's own. What changed is both, under the same name.
 */
export function assertRestored(
  machine: string,
  { before, after }: { readonly before: readonly string[]; readonly after: readonly string[] },
  exceptions: Exceptions = {},
): void {
  const but = (lines: readonly string[], exception: RegExp | undefined): readonly string[] =>
    lines.filter((line) => exception?.test(line) !== true);
  const differences = [
    ...but(added(after, before), exceptions.missing).map((line) => `  missing: ${line}`),
    ...but(added(before, after), exceptions.left).map((line) => `  left:    ${line}`),
  ];
  if (differences.length > 0) throw new Error(`${machine} is not as it was:\n${differences.join("\n")}`);
}
