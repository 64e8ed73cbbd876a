import assert from "node:assert/strict";
import { test } from "node:test";
import { fulfilled } from "../testing/fulfilled.ts";
import { dataDirectory } from "./data-directory.ts";

test("a folder for each request, whose content is data that survives", () => {
  const { bindings, system } = fulfilled(dataDirectory, {}, [
    { name: "data", request: { description: "pictures of app", owner: "33", group: "33", folders: ["a", "a/b.c"] } },
    { application: "other", name: "data", request: { description: "notes" } },
  ]);
  assert.deepEqual(bindings, [{ path: "/srv/fediversity/app/data" }, { path: "/srv/fediversity/other/data" }]);
  const owned = { mode: "0750", owner: "33", group: "33" };
  assert.deepEqual(system.directories, {
    "/srv/fediversity/app/data": { ...owned, data: "pictures of app" },
    "/srv/fediversity/app/data/a": owned,
    "/srv/fediversity/app/data/a/b.c": owned,
    "/srv/fediversity/other/data": { mode: "0750", owner: "root", group: "root", data: "notes" },
  });
});

test("folders stay inside, and owners are names or numbers", () => {
  const accepts = (request: object): boolean =>
    dataDirectory.request.safeParse({ description: "files", ...request }).success;
  for (const folder of ["/etc", "a//b", "a/", "", "A b", "$(id)"]) assert.ok(!accepts({ folders: [folder] }), folder);
  for (const owner of ["0", "999", "debian-snac"]) assert.ok(accepts({ owner }), owner);
  for (const owner of ["007", "-1", "1.5", "root:root", "Root", ""]) assert.ok(!accepts({ owner }), owner);
  assert.ok(!accepts({ mode: "750" }));
});
