import { isAtLeast, refuse } from "../../double/report.js";
import { upgradeScript } from "../../double/script.js";

// The image of an older version does not have this file.
if (!isAtLeast("8.5.0")) refuse(["Cannot find module '/app/dist/scripts/migrations/peertube-8.5.js'"]);
await upgradeScript("peertube-8.5", 1175, async (database) => {
  const { rows } = await database.query('SELECT count(*)::integer AS rows FROM video WHERE "searchName" IS NULL');
  if (rows[0].rows > 0) throw new Error("peertube-8.5: videos have no searchName: peertube-8.4 comes first");
});
