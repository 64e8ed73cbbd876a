import assert from "node:assert/strict";
import { test } from "node:test";
import { output, secret } from "../../model/reference.ts";
import { contentOf, failureOf, fulfilled, linesOf, there } from "../testing/fulfilled.ts";
import { database } from "./database.ts";

const configuration = "/etc/fediversity/postgresql";
const alphanumeric = { origin: "generated", format: "alphanumeric", length: 40 } as const;

test("each request has a database, a login and a password of its own", () => {
  const { bindings, system, secrets } = fulfilled(database, {}, [
    { name: "db", request: { extensions: ["pg_trgm", "unaccent"] } },
    { application: "other-app", name: "main", request: {} },
  ]);
  const own = { host: "127.0.0.1", port: 5432, unit: "postgresql-databases.service" };
  assert.deepEqual(bindings, [
    { ...own, name: "app_db", user: "app_db", password: secret("database/app/db") },
    { ...own, name: "other_app_main", user: "other_app_main", password: secret("database/other-app/main") },
  ]);
  assert.deepEqual(secrets, { "database/app/db": alphanumeric, "database/other-app/main": alphanumeric });
  assert.equal(contentOf(system, `${configuration}/databases`), "app_db pg_trgm,unaccent\nother_app_main -\n");
  assert.deepEqual(system.units["postgresql-databases.service"]?.credentials, {
    app_db: secret("database/app/db"),
    other_app_main: secret("database/other-app/main"),
  });
  assert.equal(system.directories["/srv/fediversity/databases/app_db"]?.data, "database of app db");
  assert.equal(system.directories["/srv/fediversity/postgresql/17"]?.mode, "0700");
});

test("no password on a command line: units hold none, the script reads it from a file", () => {
  const { system } = fulfilled(database, {}, [{ name: "db", request: {} }]);
  for (const name of Object.keys(system.units)) assert.doesNotMatch(linesOf(system, name).join("\n"), /secret/);
  const script = contentOf(system, `${configuration}/databases.sh`);
  assert.match(script, /\\set password `cat "\$CREDENTIALS_DIRECTORY\/\$PASSWORD_OF"`/);
  assert.doesNotMatch(script, /psql[^\n]*password/i);
});

test("with everything on one machine it listens on loopback, and only with a password", () => {
  const { system } = fulfilled(database, {}, [{ name: "db", request: {} }]);
  assert.match(contentOf(system, `${configuration}/postgresql.conf`), /^listen_addresses = '127\.0\.0\.1'$/m);
  assert.equal(
    contentOf(system, `${configuration}/pg_hba.conf`),
    "local all postgres peer\nhost all all 127.0.0.1/32 scram-sha-256\nhost all all ::1/128 scram-sha-256\n",
  );
  assert.deepEqual(
    Object.keys(system.files).filter((path) => path.endsWith(".nft")),
    [],
  );
  assert.deepEqual(system.ports, { "tcp/5432": { owner: "postgresql" } });
});

test("for applications elsewhere it listens on all addresses, behind a filter that knows theirs", () => {
  const third = { name: "third", address: output("local-machine/third", "address") };
  const { bindings, system } = fulfilled(database, {}, [
    { name: "db", request: {} },
    { application: "a", name: "db", request: {}, from: there },
    { application: "b", name: "db", request: {}, from: third },
  ]);
  assert.deepEqual(
    bindings.map(({ host, unit }) => [host, unit]),
    [
      ["127.0.0.1", "postgresql-databases.service"],
      [output("machine/here", "address"), ""],
      [output("machine/here", "address"), ""],
    ],
  );
  assert.match(contentOf(system, `${configuration}/postgresql.conf`), /^listen_addresses = '\*'$/m);
  assert.match(contentOf(system, `${configuration}/pg_hba.conf`), /^host all all all scram-sha-256$/m);
  const rules = contentOf(system, "/etc/fediversity/restricted-ports/postgresql.nft");
  assert.match(
    rules,
    /iif lo tcp dport 5432 accept\n *ip saddr 203\.0\.113\.8 tcp dport 5432 accept\n *ip saddr \{local-machine\/third address\} tcp dport 5432 accept\n *tcp dport 5432 reject/,
  );
});

test("the policy's memory becomes PostgreSQL's settings", () => {
  const { system } = fulfilled(database, { memory: 2048, connections: 300 }, [{ name: "db", request: {} }]);
  const settings = contentOf(system, `${configuration}/postgresql.conf`).split("\n");
  for (const line of [
    "max_connections = 300",
    "shared_buffers = '512MB'",
    "effective_cache_size = '1536MB'",
    "maintenance_work_mem = '128MB'",
    "work_mem = '8MB'",
    "password_encryption = scram-sha-256",
  ]) {
    assert.ok(settings.includes(line), line);
  }
  const smallest = fulfilled(database, { memory: 128 }, [{ name: "db", request: {} }]);
  assert.match(contentOf(smallest.system, `${configuration}/postgresql.conf`), /^work_mem = '1MB'$/m);
});

test("a changed rule about who may connect reloads the server; its settings restart it", () => {
  const { system } = fulfilled(database, {}, [{ name: "db", request: {} }]);
  assert.deepEqual(system.units["postgresql-server.service"]?.reloadOn, [`${configuration}/pg_hba.conf`]);
  const lines = linesOf(system, "postgresql-server.service");
  assert.ok(lines.some((line) => line.includes(`config_file=${configuration}/postgresql.conf`)));
  assert.equal(system.units["postgresql-purge.service"]?.enabled, false, "only a purge starts it");
  assert.ok(linesOf(system, "postgresql-purge.path").includes("PathChanged=/srv/fediversity/databases"));
});

test("an extension is a name, and nothing that SQL could take for more", () => {
  for (const extension of ["pg_trgm; DROP TABLE a", 'a"b', "", "A", "a,b", "a\nb"]) {
    assert.ok(!database.request.safeParse({ extensions: [extension] }).success, extension);
  }
});

test("names that PostgreSQL would cut, and two that become one, are refused by name", () => {
  const [longest, longer] = [53, 54].map((length) => "a".repeat(length)) as [string, string];
  const { bindings } = fulfilled(database, {}, [{ application: longest, name: "db-", request: {} }]);
  assert.equal(bindings[0]?.name.length, 57);
  const cut = failureOf(() => fulfilled(database, {}, [{ application: longer, name: "db-", request: {} }]));
  assert.deepEqual([cut.code, cut.subject], ["database-name", `application and request ${longer} db-`]);
  assert.match(cut.found, /more than 57 characters/);
  const same = failureOf(() =>
    fulfilled(database, {}, [
      { application: "a-b", name: "c", request: {} },
      { application: "a", name: "b-c", request: {} },
    ]),
  );
  assert.deepEqual([same.code, same.subject], ["database-name", "application and request a b-c"]);
  assert.equal(same.found, "the database would be called a_b_c, like that of a-b c");
});
