import { z } from "zod";
import { defineResource } from "../../system/resource.ts";
import { AbsolutePath, Mode, Owner } from "../../system/path.ts";
import { requireTogether } from "./address-of.ts";

/** Where everything lies that must survive: The Filesystem Hierarchy Standard 3.0, /srv. */
export const dataRoot = "/srv/fediversity";

/** A folder whose content survives removal until it is purged. */
export const dataDirectory = defineResource({
  name: "data-directory",
  description: "A folder on the application's machine whose content survives until it is purged",
  request: z.strictObject({
    description: z.string().min(1).max(120).describe("Whose data it is, for people who decide about a purge"),
    mode: Mode.default("0750").describe("Its permissions"),
    owner: Owner.default("root").describe("Who owns it: a user of the machine, or a number of the container's image"),
    group: Owner.default("root").describe("Its group"),
    folders: z
      .array(z.string().regex(/^[a-z0-9._-]+(?:\/[a-z0-9._-]+)*$/))
      .default([])
      .describe("Folders that it has"),
  }),
  policy: z.strictObject({}),
  binding: z.strictObject({ path: AbsolutePath }),
  apply({ machine, requests }) {
    requireTogether(machine, "data-directory", requests);
    const path = (application: string, name: string): string => `${dataRoot}/${application}/${name}`;
    return {
      bindings: requests.map(({ application, name }) => ({ path: path(application, name) })),
      system: requests.map(({ application, name, request }) => {
        const { mode, owner, group, description, folders } = request;
        const own = path(application, name);
        const inside = folders.map((folder) => [`${own}/${folder}`, { mode, owner, group }] as const);
        return {
          directories: { [own]: { mode, owner, group, data: description }, ...Object.fromEntries(inside) },
        };
      }),
    };
  },
});
