import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { objectStorage } from "../double/object-storage.js";
import { runScript } from "../double/script.js";
import { storageFolder } from "../double/volumes.js";

await runScript(async (configuration) => {
  const { get, database } = configuration;
  const wanted = ["--to-object-storage", "--all-videos"];
  if (!wanted.every((option) => process.argv.includes(option))) throw new Error(`only ${wanted.join(" ")} is there`);
  if (get("object_storage.enabled") !== true) throw new Error("Object storage is not enabled on this instance.");
  const storage = objectStorage(configuration);
  const { rows } = await database.query('SELECT id, filename, "mimeType" FROM "videoFile" WHERE storage = 0');
  for (const { id, filename, mimeType } of rows) {
    const file = join(storageFolder(get, "web_videos"), filename);
    const key = storage.keyOf("web_videos", filename);
    await storage.put("web_videos", key, await readFile(file), { type: mimeType });
    await database.query('UPDATE "videoFile" SET storage = 1, "fileUrl" = $1 WHERE id = $2', [
      storage.publicUrl("web_videos", key),
      id,
    ]);
    await rm(file);
  }
  process.stdout.write(`Moved ${rows.length} files.\n`);
});
