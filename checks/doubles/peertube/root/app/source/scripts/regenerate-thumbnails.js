import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runScript } from "../double/script.js";
import { storageFolder } from "../double/volumes.js";

await runScript(async ({ database, get }) => {
  const { rows } = await database.query("SELECT uuid FROM video");
  for (const { uuid } of rows) await writeFile(join(storageFolder(get, "thumbnails"), `${uuid}.jpg`), "");
  process.stdout.write(`Regenerated the thumbnails of ${rows.length} videos.\n`);
});
