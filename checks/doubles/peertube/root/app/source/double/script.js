import { readConfiguration } from "./configuration.js";
import { connectDatabase, databaseProblem } from "./database.js";
import { refuse } from "./report.js";
import { checkVolumes } from "./volumes.js";

/** Runs a script of the administrator with the server's own configuration, as the server's own user. */
export async function runScript(work) {
  const configuration = readConfiguration(process.env);
  const problems = [...configuration.problems, ...checkVolumes(process.env)];
  if (problems.length > 0) refuse(problems);
  const database = connectDatabase(configuration.get);
  try {
    await work({ ...configuration, database });
  } catch (error) {
    refuse([databaseProblem(error)]);
  } finally {
    await database.end();
  }
}

/** A script of an upgrade: only after the server announced its schema, and only where its version has it. */
export function upgradeScript(name, schema, change) {
  return runScript(async ({ database }) => {
    const { rows } = await database.query('SELECT "announcedVersion" AS announced FROM application');
    if ((rows[0]?.announced ?? 0) < schema) {
      throw new Error(`${name}: the server has not announced schema ${schema} yet: start it and wait for its log`);
    }
    await change(database);
    const { rowCount } = await database.query(
      'INSERT INTO "finishedScript" (name) VALUES ($1) ON CONFLICT DO NOTHING',
      [name],
    );
    // Upstream's take long on a large instance: a deployer that runs them again wastes hours.
    if (rowCount === 0) throw new Error(`${name}: was run before`);
    process.stdout.write(`${name}: done\n`);
  });
}
