/**
 * Tells whether an error of a file operation means that the file, or the process behind a file of /proc, is not there.
 */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ESRCH");
}
