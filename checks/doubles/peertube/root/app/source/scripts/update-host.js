import { runScript } from "../double/script.js";

await runScript(async ({ database, get }) => {
  await database.query("UPDATE application SET host = $1", [get("webserver.hostname")]);
  process.stdout.write(`The host is ${get("webserver.hostname")} now.\n`);
});
