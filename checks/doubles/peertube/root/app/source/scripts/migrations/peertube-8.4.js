import { isAtLeast, refuse } from "../../double/report.js";
import { upgradeScript } from "../../double/script.js";

// The image of an older version does not have this file.
if (!isAtLeast("8.4.0")) refuse(["Cannot find module '/app/dist/scripts/migrations/peertube-8.4.js'"]);
await upgradeScript("peertube-8.4", 1150, (database) =>
  database.query('UPDATE video SET "searchName" = lower(unaccent(name)) WHERE "searchName" IS NULL'),
);
