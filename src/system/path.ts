import { z } from "zod";

/**
 * An absolute path on a machine. The grammar is strict because paths become lines of lists that a shell reads:
 * no white space, no control characters, no `.` or `..`, no double slashes.
 */
export const AbsolutePath = z
  .string()
  .max(255)
  .regex(
    /^(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9._@:+-]+)+$/,
    "expected an absolute path of letters, digits and . _ @ : + -",
  );
export type AbsolutePath = z.infer<typeof AbsolutePath>;

/** Permissions as four octal digits. */
export const Mode = z.string().regex(/^0[0-7]{3}$/, "expected four octal digits such as 0644");

/** A name of a user or group that Debian's adduser accepts: useradd(8), NAME_REGEX in adduser.conf(5). */
export const AccountName = z
  .string()
  .regex(
    /^(?!__)[a-z_][a-z0-9_-]{0,30}$/,
    "expected a user name of lower-case letters, digits, - and _, not beginning with a digit",
  );
