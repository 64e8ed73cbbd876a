import { Failure } from "../model/failure.ts";
import type { System } from "./system.ts";

/** Doubles `%`, which sysusers.d(5) and tmpfiles.d(5) take for specifiers. */
function literal(value: string): string {
  return value.replaceAll("%", "%%");
}

/**
 * Adds the files that accounts need: the public keys that may log in.
 * @throws Failure `conflict` when the system has such a file already
 */
export function withAccountFiles(system: System): System {
  const files = { ...system.files };
  const directories = { ...system.directories };
  for (const [name, user] of Object.entries(system.users)) {
    if (user.authorizedKeys.length === 0 || user.home === undefined) continue;
    directories[`${user.home}/.ssh`] = { mode: "0700", owner: name, group: name };
    const path = `${user.home}/.ssh/authorized_keys`;
    if (Object.hasOwn(files, path)) {
      throw new Failure({
        code: "conflict",
        attempted: "build a generation",
        subject: `file ${path}`,
        found: `user ${name} has authorized keys, and a resource contributes the same file on its own`,
        next: "Let the resource give the keys as authorizedKeys of the user.",
      });
    }
    files[path] = {
      content: user.authorizedKeys.map((key) => `${key}\n`).join(""),
      mode: "0600",
      owner: name,
      group: name,
      // sshd(8), StrictModes: the file must belong to the user, which a link into our tree's folders does not satisfy.
      place: "copy",
    };
  }
  return { ...system, files, directories };
}

/** Writes sysusers.d(5) lines. The machine replaces the `-` by the id that a user had before, where data of it was kept. */
export function sysusers(system: System): string {
  const users = Object.entries(system.users).map(
    ([name, user]) =>
      `u ${name} - "${literal(user.description)}" ${user.home ?? "-"} ${user.shell}\n` +
      user.groups
        .toSorted()
        .map((group) => `m ${name} ${group}\n`)
        .join(""),
  );
  // Debian Policy 9.2.2: ids below 100 are Debian's own, those from 100 to 999 are for such accounts.
  return users.length === 0 ? "" : ["r - 100-999\n", ...users.toSorted()].join("");
}

/** Writes tmpfiles.d(5) lines; parents come first by their order. */
export function tmpfiles(system: System): string {
  return Object.entries(system.directories)
    .map(([path, { mode, owner, group }]) => `d ${path} ${mode} ${owner} ${group} - -\n`)
    .toSorted()
    .join("");
}

/** Writes the list of users for the machine: name, home, shell, groups joined by commas, with `-` for none. */
export function userList(system: System): string {
  return Object.entries(system.users)
    .map(([name, user]) => `${name} ${user.home ?? "-"} ${user.shell} ${user.groups.toSorted().join(",") || "-"}\n`)
    .toSorted()
    .join("");
}
