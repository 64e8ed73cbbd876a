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

/** Who owns a file: a name, or the number of a user or group that exists only inside a container's image. */
export const Owner = z.union([AccountName, z.string().regex(/^(?:0|[1-9][0-9]{0,8})$/)], {
  error: "expected the name of a user or group, or a number",
});
