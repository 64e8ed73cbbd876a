const codes: readonly unknown[] = ["ENOENT", "ESRCH", "ENODEV"];

/**
 * Tells whether an error of a file operation means that the file, the process behind a file of /proc, or the control
 * group behind a file of cgroupfs is not there (any more).
 */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && codes.includes(error.code);
}
