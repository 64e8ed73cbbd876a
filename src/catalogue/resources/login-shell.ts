import { z } from "zod";
import { defineResource } from "../../system/resource.ts";
import { PackageName } from "../../system/package-name.ts";
import { AccountName } from "../../system/path.ts";

/** A user who can log in and finds these packages; `wheel` asks for administrative rights through sudo. */
export const loginShell = defineResource({
  name: "login-shell",
  description: "The operator can log into a shell with these packages",
  request: z.strictObject({
    packages: z.array(PackageName).describe("Debian packages"),
    wheel: z.boolean().default(false).describe("Whether the user may become root"),
  }),
  policy: z.strictObject({
    username: AccountName.describe("The user's name on the machine"),
    wheel: z.boolean().default(false).describe("Whether requests may ask for wheel"),
    authorizedKeys: z
      .array(z.string().regex(/^[ -~]+$/, "expected one line of printable ASCII"))
      .default([])
      .describe("Public keys that may log in as this user"),
  }),
  binding: z.strictObject({ username: AccountName }),
  refuses: (policy, request) => (request.wheel && !policy.wheel ? "does not grant wheel" : undefined),
  apply({ policy, requests }) {
    const { username } = policy;
    const wheel = requests.some(({ request }) => request.wheel);
    const packages = requests.flatMap(({ request }) => request.packages);
    return {
      bindings: requests.map(() => ({ username })),
      system: {
        packages: wheel ? [...packages, "sudo"] : packages,
        users: {
          [username]: {
            description: "Operator",
            home: `/home/${username}`,
            shell: "/bin/bash",
            groups: wheel ? ["sudo"] : [],
            authorizedKeys: policy.authorizedKeys,
          },
        },
        directories: {
          [`/home/${username}`]: { mode: "0750", owner: username, group: username, data: `home of ${username}` },
        },
        // The account has no password, so sudo cannot ask for one: sudoers(5), NOPASSWD.
        files: wheel
          ? { [`/etc/sudoers.d/${username}`]: { content: `${username} ALL=(ALL:ALL) NOPASSWD: ALL\n`, mode: "0440" } }
          : {},
      },
    };
  },
});
