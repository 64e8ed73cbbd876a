import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { PGlite } from "@electric-sql/pglite";
import { Kysely, PGliteDialect } from "kysely";
import { migrate } from "../database/database.ts";
import type { Tables } from "../database/tables.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const migrations = join(root, "src/panel/database/migrations");

/** What the image depends on: the database's version and the steps that make the tables. */
function fingerprint(): string {
  const hash = createHash("sha256").update(readFileSync(join(root, "node_modules/@electric-sql/pglite/package.json")));
  for (const file of readdirSync(migrations).toSorted()) hash.update(readFileSync(join(migrations, file)));
  return hash.digest("hex").slice(0, 16);
}

async function make(file: string): Promise<Blob> {
  const pglite = await PGlite.create();
  const queries = new Kysely<Tables>({ dialect: new PGliteDialect({ pglite }) });
  await migrate(queries);
  const image = await pglite.dumpDataDir("none");
  await queries.destroy();
  await mkdir(join(file, ".."), { recursive: true });
  const temporary = `${file}.${String(process.pid)}`;
  await writeFile(temporary, Buffer.from(await image.arrayBuffer()));
  await rename(temporary, file);
  return image;
}

let image: Promise<Blob> | undefined;

/** A database with all tables and nothing in them, to be copied by tests: making one takes seconds, copying does not. */
export function tablesImage(): Promise<Blob> {
  image ??= (async () => {
    const file = join(root, "node_modules/.cache/fediversity", `panel-tables-${fingerprint()}.tar`);
    try {
      return new Blob([await readFile(file)]);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
      return await make(file);
    }
  })();
  return image;
}
