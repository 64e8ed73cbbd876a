import { upgradeScript } from "../../double/script.js";

await upgradeScript("peertube-8.1", 1000, async () => undefined);
