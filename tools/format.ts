// npm run format: brings every file into the one form that `npm test` asks for.
import { spawnSync } from "node:child_process";

process.exitCode = spawnSync("oxfmt", ["."], { stdio: "inherit" }).status ?? 1;
