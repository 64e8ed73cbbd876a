import { upgradeScript } from "../../double/script.js";

await upgradeScript("peertube-8.3", 1125, async () => undefined);
