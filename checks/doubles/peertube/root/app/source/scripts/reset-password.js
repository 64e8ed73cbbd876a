import { hashPassword } from "../double/database.js";
import { runScript } from "../double/script.js";

await runScript(async ({ database, get }) => {
  const [, , option, username] = process.argv;
  if (!["-u", "--user"].includes(option) || username === undefined) throw new Error("Missing mandatory -u USERNAME");
  process.stdout.write("New password?\n");
  let input = "";
  for await (const chunk of process.stdin) {
    input += chunk;
    if (input.includes("\n")) break;
  }
  const password = input.split("\n")[0].replace(/\r$/, "");
  if (password.length < get("user.password_constraints.min_length"))
    throw new Error("the password on standard input is too short");
  const { rowCount } = await database.query('UPDATE "user" SET password = $1 WHERE username = $2', [
    hashPassword(password),
    username,
  ]);
  if (rowCount === 0) throw new Error(`User ${username} not found`);
  await database.query('DELETE FROM "oAuthToken" USING "user" WHERE "user".id = "userId" AND username = $1', [
    username,
  ]);
  process.stdout.write("User password updated.\n");
});
process.exit();
