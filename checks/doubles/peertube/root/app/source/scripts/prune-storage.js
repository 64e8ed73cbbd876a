import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { runScript } from "../double/script.js";
import { storageFolder } from "../double/volumes.js";

await runScript(async ({ database, get }) => {
  // The real one asks on its terminal, too, unless it is told.
  if (!process.argv.some((argument) => ["-y", "--yes"].includes(argument))) {
    process.stdout.write("Do you want to delete these files? (y/n)\n");
    let input = "";
    for await (const chunk of process.stdin) {
      input += chunk;
      if (input.includes("\n")) break;
    }
    if (!/^y(es)?\s*$/i.test(input)) throw new Error("nothing was deleted: standard input did not say y");
  }
  const { rows } = await database.query('SELECT filename FROM "videoFile"');
  const known = new Set(rows.map(({ filename }) => filename));
  const folder = storageFolder(get, "web_videos");
  const orphans = (await readdir(folder)).filter((name) => !known.has(name));
  for (const name of orphans) await rm(join(folder, name), { recursive: true });
  process.stdout.write(`Deleted ${orphans.length} files.\n`);
});
process.exit();
