import assert from "node:assert/strict";
import { test } from "node:test";
import { secret } from "../../model/reference.ts";
import { contentOf, fulfilled, linesOf } from "../testing/fulfilled.ts";
import { upgrade } from "./upgrade.ts";

const database = {
  host: "127.0.0.1",
  port: "5432",
  name: "app_db",
  user: "app_db",
  password: secret("database/app/db"),
  unit: "postgresql-databases.service",
};

test("a step before migrations that knows version and database; the password comes as a credential", () => {
  const request = { version: "4.7.4", database, after: ["postgresql-databases.service"] };
  const { bindings, system } = fulfilled(upgrade, {}, [{ name: "release", request }]);
  assert.deepEqual(bindings, [{ unit: "app-release.service", folder: "/srv/fediversity/app/release" }]);
  const lines = linesOf(system, "app-release.service");
  assert.ok(
    lines.includes(
      "ExecStart=/bin/sh /etc/fediversity/upgrade/upgrade.sh /srv/fediversity/app/release 4.7.4 /etc/fediversity/upgrade/app-release.final app_db 127.0.0.1 5432 app_db",
    ),
    lines.join("\n"),
  );
  assert.ok(lines.includes("After=postgresql-databases.service"));
  assert.ok(lines.includes("Wants=postgresql-databases.service"), "another's new database does not run it again");
  assert.ok(!lines.some((line) => line.startsWith("Requires=")));
  assert.doesNotMatch(lines.join("\n"), /secret/);
  const unit = system.units["app-release.service"];
  assert.deepEqual(Object.keys(unit?.credentials ?? {}), ["password"]);
  assert.deepEqual(system.directories, {
    "/srv/fediversity/app/release": { mode: "0711", owner: "root", group: "root", data: "version and dumps of app" },
  });
  assert.deepEqual(system.packages, ["postgresql-client-17"]);
});

test("further schemas are named to the script, which dumps them too and puts them back", () => {
  const request = { version: "1", database, schemas: ["queue", "jobs"] };
  const { system } = fulfilled(upgrade, {}, [{ name: "release", request }]);
  const lines = linesOf(system, "app-release.service");
  assert.ok(
    lines.some((line) =>
      line.endsWith("/release 1 /etc/fediversity/upgrade/app-release.final app_db 127.0.0.1 5432 app_db queue jobs"),
    ),
  );
  for (const schema of ["a;b", "A", "", "-x", "a b"])
    assert.ok(!upgrade.request.safeParse({ ...request, schemas: [schema] }).success, schema);
});

test("where the database is elsewhere there is no unit to wait for", () => {
  const { system } = fulfilled(upgrade, {}, [{ name: "release", request: { version: "1", database, after: [""] } }]);
  const lines = linesOf(system, "app-release.service");
  assert.doesNotMatch(lines.join("\n"), /postgresql-databases/);
});

test("the script is one for all applications, and puts the password into a file for libpq", () => {
  const { system } = fulfilled(upgrade, {}, [
    { name: "release", request: { version: "1", database } },
    { application: "b", name: "release", request: { version: "2", database } },
  ]);
  const script = contentOf(system, "/etc/fediversity/upgrade/upgrade.sh");
  assert.match(script, /PGPASSFILE="\$RUNTIME_DIRECTORY\/pgpass"/);
  assert.ok(script.indexOf("umask 077") < script.lastIndexOf("connect\n"), "nobody else reads it");
});

test("a version is a version", () => {
  for (const version of ["v1", "", "1 2", "1;id", "$(id)", "1\n2", "-1", "1/../.."]) {
    assert.ok(!upgrade.request.safeParse({ version, database }).success, version);
  }
});

test("what is final is in a file, an option a line", () => {
  const final = { host: "a.example.org", accountsAtDomain: "example.org" };
  const { system } = fulfilled(upgrade, {}, [{ name: "release", request: { version: "1", database, final } }]);
  assert.equal(
    contentOf(system, "/etc/fediversity/upgrade/app-release.final"),
    "accountsAtDomain example.org\nhost a.example.org\n",
  );
  for (const value of ["a b", "a\nhost b", ""])
    assert.ok(!upgrade.request.safeParse({ version: "1", database, final: { host: value } }).success, value);
});
