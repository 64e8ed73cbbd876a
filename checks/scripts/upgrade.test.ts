// The script that dumps a database before another version changes it, and puts the dump back, with a real PostgreSQL.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import pg from "pg";
import { lacking, startPostgres, type PostgresServer } from "../../src/panel/testing/postgres-server.ts";

const script = await readFile(new URL("../../src/catalogue/resources/scripts/upgrade.sh", import.meta.url), "utf8");
const skip = lacking ?? false;

let server: PostgresServer | undefined;
let folder = "";

before(async () => {
  if (lacking !== undefined) return;
  folder = await mkdtemp(join(tmpdir(), "upgrade-script-"));
  server = await startPostgres({ durable: false });
});

after(async () => {
  await server?.stop();
  if (folder !== "") await rm(folder, { recursive: true, force: true });
});

interface Application {
  readonly release: string;
  /** Runs the step for this version. @returns its exit code and what it said */
  step(version: string): Promise<{ readonly code: number; readonly said: string }>;
  /** Runs SQL as the application. */
  sql<Row extends pg.QueryResultRow>(text: string): Promise<readonly Row[]>;
  /** What becomes of the machine's generation. */
  generation(of: { readonly confirmed?: true; readonly forgotten?: true; readonly another?: true }): Promise<void>;
  /** Says what is final. */
  final(lines: string): Promise<void>;
  end(): Promise<void>;
}

/** A database as the product makes it: its owner cannot log in, extensions are the superuser's. */
async function application(extensions: readonly string[], schemas: readonly string[] = []): Promise<Application> {
  assert.ok(server);
  const url = new URL(await server.make({ tables: false }));
  const name = url.pathname.slice(1);
  const socket = url.searchParams.get("host") ?? "";
  const superuser = new pg.Client({ connectionString: url.href });
  await superuser.connect();
  await superuser.query(`
    CREATE ROLE ${name}_owner NOLOGIN; CREATE ROLE ${name} LOGIN; GRANT ${name}_owner TO ${name};
    ALTER DATABASE ${name} OWNER TO ${name}_owner; REVOKE ALL ON DATABASE ${name} FROM PUBLIC;
    ALTER ROLE ${name} IN DATABASE ${name} SET role TO ${name}_owner;`);
  for (const extension of extensions) await superuser.query(`CREATE EXTENSION "${extension}"`);
  await superuser.end();
  const client = new pg.Client({ host: socket, user: name, database: name });
  await client.connect();

  const base = join(folder, name, "machine");
  const release = join(folder, name, "release");
  const credentials = join(folder, name, "credentials");
  for (const one of [join(base, "generations", "7"), release, credentials, join(folder, name, "run")])
    await mkdir(one, { recursive: true });
  await symlink("generations/7", join(base, "current"));
  await writeFile(join(base, "generations", "7", "number"), "7\n");
  await writeFile(join(base, "generations", "7", "id"), "abc\n");
  const final = join(folder, name, "final");
  await writeFile(final, "");
  await writeFile(join(credentials, "password"), "none is asked for");
  const program = join(folder, name, "upgrade.sh");
  await writeFile(program, script.replace("base=/var/lib/fediversity", `base=${base}`));
  return {
    release,
    async step(version) {
      const args = [program, release, version, final, name, socket, "5432", name, ...schemas];
      const env = {
        PATH: process.env["PATH"],
        RUNTIME_DIRECTORY: join(folder, name, "run"),
        CREDENTIALS_DIRECTORY: credentials,
      };
      return await promisify(execFile)("sh", args, { env, timeout: 60_000 }).then(
        ({ stdout, stderr }) => ({ code: 0, said: `${stdout}${stderr}` }),
        (error: { readonly code: number; readonly stdout: string; readonly stderr: string }) => ({
          code: error.code,
          said: `${error.stdout}${error.stderr}`,
        }),
      );
    },
    sql: async <Row extends pg.QueryResultRow>(text: string) => (await client.query<Row>(text)).rows,
    async generation({ confirmed, forgotten, another }) {
      const own = join(base, "generations", "7");
      if (confirmed) await writeFile(join(own, "verdict"), "confirmed\n");
      if (forgotten) await rm(own, { recursive: true });
      if (another) {
        await mkdir(own);
        await writeFile(join(own, "id"), "def\n");
        await writeFile(join(own, "verdict"), "failed\n");
      }
    },
    final: (lines) => writeFile(final, lines),
    end: () => client.end(),
  };
}

const texts = async (one: Application): Promise<readonly string[]> =>
  (await one.sql<{ readonly text: string }>("SELECT text FROM post ORDER BY id")).map(({ text }) => text);

test(
  "what a new version has done to the database is taken back, extensions and further schemas with it",
  { skip },
  async () => {
    const one = await application(["pg_trgm", "uuid-ossp"], ["queue"]);
    await one.sql(`
    CREATE TABLE post (id serial PRIMARY KEY, text text NOT NULL, number uuid DEFAULT uuid_generate_v4());
    CREATE INDEX ON post USING gin (text gin_trgm_ops);
    CREATE SCHEMA queue; CREATE TABLE queue.job (text text);
    INSERT INTO post (text) VALUES ('hello'), ('CREATE SCHEMA public;'), (E'two\\nlines');
    INSERT INTO queue.job VALUES ('CREATE SCHEMA public;'), ('COMMENT ON SCHEMA public is text, too');`);
    assert.deepEqual(await one.step("8.3.1"), { code: 0, said: "" });
    const forth = await one.step("8.5.0");
    assert.equal(forth.code, 0, forth.said);
    await one.sql(
      "ALTER TABLE post DROP COLUMN number; DELETE FROM post; DROP SCHEMA queue CASCADE; CREATE TABLE more ()",
    );
    const back = await one.step("8.3.1");
    assert.equal(back.code, 0, back.said);
    assert.match(back.said, /is back to what it was before the upgrade from 8\.3\.1 to 8\.5\.0/);
    assert.deepEqual(await texts(one), ["hello", "CREATE SCHEMA public;", "two\nlines"]);
    assert.deepEqual(await one.sql("SELECT text FROM queue.job"), [
      { text: "CREATE SCHEMA public;" },
      { text: "COMMENT ON SCHEMA public is text, too" },
    ]);
    await one.sql("INSERT INTO post (text) VALUES ('again')");
    assert.deepEqual(await one.sql("SELECT text FROM post WHERE text % 'agaim' AND number IS NOT NULL"), [
      { text: "again" },
    ]);
    await assert.rejects(one.sql("TABLE more"), /does not exist/);
    assert.deepEqual((await readdir(one.release)).toSorted(), ["before-8.5.0.dump", "version"]);
    // And forth again, by a dump of what is there now.
    const again = await one.step("8.5.0");
    assert.equal(again.code, 0, again.said);
    await one.end();
  },
);

test("a dump that cannot be read changes nothing, and says so each time", { skip }, async () => {
  const one = await application([]);
  await one.sql("CREATE TABLE post (id serial, text text); INSERT INTO post (text) VALUES ('kept')");
  await one.step("1.0");
  await one.step("2.0");
  const dump = join(one.release, "before-2.0.dump");
  const whole = await readFile(dump);
  for (const broken of [whole.subarray(0, whole.length - 200), whole.subarray(0, 40)]) {
    await writeFile(dump, broken);
    const back = await one.step("1.0");
    assert.notEqual(back.code, 0);
    assert.match(back.said, /pg_restore/);
    assert.deepEqual(await texts(one), ["kept"]);
    assert.equal(await readFile(join(one.release, "version"), "utf8"), "2.0\n");
  }
  await writeFile(dump, whole);
  assert.equal((await one.step("1.0")).code, 0);
  assert.deepEqual(await texts(one), ["kept"]);
  await one.end();
});

test(
  "what was confirmed does not go back, and an older version is refused; a release is newer than its candidates",
  { skip },
  async () => {
    const one = await application([]);
    await one.sql("CREATE TABLE post (id serial, text text); INSERT INTO post (text) VALUES ('kept')");
    for (const version of ["8.3.0-beta.2", "8.3.0-rc.1", "8.3.0", "8.10.0"])
      assert.equal((await one.step(version)).code, 0, version);
    assert.match((await one.step("8.9.0")).said, /is older and cannot read it/);
    assert.match((await one.step("8.10.0-rc.1")).said, /is older and cannot read it/);
    await one.sql("INSERT INTO post (text) VALUES ('written since')");
    // Also when the machine has forgotten the generation, or has another of its number.
    for (const become of [{ confirmed: true }, { forgotten: true }, { another: true }] as const) {
      await one.generation(become);
      const back = await one.step("8.3.0");
      assert.equal(back.code, 1, JSON.stringify(become));
      assert.match(back.said, /was confirmed/);
      assert.deepEqual(await texts(one), ["kept", "written since"]);
    }
    await one.end();
  },
);

test("what is final stays as it was at first, and the version with it", { skip }, async () => {
  const one = await application([]);
  const first = "accountsAtDomain example.org\nhost mastodon.example.org\n";
  await one.final(first);
  assert.deepEqual(await one.step("1.0"), { code: 0, said: "" });
  await one.final("accountsAtDomain example.org\nhost social.example.org\n");
  for (const version of ["1.0", "2.0"]) {
    const { code, said } = await one.step(version);
    assert.equal(code, 1);
    assert.match(
      said,
      /began with mastodon\.example\.org, and the configuration wants social\.example\.org.*option host/,
    );
  }
  await one.final(first);
  assert.equal((await one.step("2.0")).code, 0);
  // An option that becomes final with a later version of the module begins with what it is then.
  await one.final(`${first}other x\n`);
  assert.equal((await one.step("2.0")).code, 0);
  assert.equal(await readFile(join(one.release, "final-other"), "utf8"), "x\n");
  await one.end();
});
