/** The whole of PeerTube's process: checks what it was given, migrates, makes the first user, serves. */
import { readConfiguration } from "./double/configuration.js";
import { checkIdentity, connectDatabase, databaseProblem, install, lastSchema, migrate } from "./double/database.js";
import { checkMail } from "./double/mail.js";
import { objectStorage } from "./double/object-storage.js";
import { connectRedis } from "./double/redis.js";
import { about, log, refuse, warn } from "./double/report.js";
import { checkVolumes, makeFolders } from "./double/volumes.js";
import { serve } from "./double/web.js";

const attempt = (name, work) => work().catch((error) => [`${name}: ${databaseProblem(error)}`]);

log(`PeerTube ${about.version} (contract double)`);
const configuration = readConfiguration(process.env);
const { get, isSet, problems } = configuration;
problems.push(...checkVolumes(process.env));
if (problems.length > 0) refuse(problems);
problems.push(...makeFolders(get));

const database = connectDatabase(get);
database.on("error", (error) => warn(`PostgreSQL: ${databaseProblem(error)}`));
let redis;
const storage = get("object_storage.enabled") ? objectStorage(configuration) : undefined;

/** Tries the store, and whether it knows ACLs where they would be used. */
async function checkStorage() {
  const found = await storage.probe();
  if (found.length > 0) return found;
  for (const kind of ["public", "private"]) {
    const path = `object_storage.upload_acl.${kind}`;
    if (get(path) === undefined) continue;
    const refusal = await storage.refusesAcl(get(path));
    if (refusal === undefined) continue;
    const text = `PEERTUBE_OBJECT_STORAGE_UPLOAD_ACL_${kind.toUpperCase()}: the store answers ACL calls with ${refusal}`;
    if (isSet(path)) found.push(text);
    // Only a change of privacy will fail then, as with the real one.
    else warn(`${text}: ${path} is ${get(path)} unless a configuration file says null`);
  }
  return found;
}

const results = await Promise.all([
  attempt("PEERTUBE_DB_HOSTNAME", async () => {
    await database.query("SELECT 1");
    return [];
  }),
  attempt("PEERTUBE_REDIS_HOSTNAME", async () => {
    redis = await connectRedis(get);
    await redis.command("SET", "double-probe", "1", "EX", 10);
    return [];
  }),
  storage === undefined ? [] : attempt("PEERTUBE_OBJECT_STORAGE_ENDPOINT", checkStorage),
]);
problems.push(...results.flat());
if (problems.length > 0) refuse(problems);

for (const step of [
  () => migrate(database),
  () => checkIdentity(database, get),
  () => install(database, get, process.env.PT_INITIAL_ROOT_PASSWORD || undefined),
]) {
  const found = await attempt("PEERTUBE_DB_NAME", step);
  if (found.length > 0) refuse(found);
}
await database.query('UPDATE application SET "announcedVersion" = $1', [lastSchema]);
log(`Migrations finished. New migration version schema: ${lastSchema}`);
for (const problem of await checkMail(get)) warn(problem);

const server = serve({ get, database, redis, storage });
for (const signal of ["SIGTERM", "SIGINT"]) {
  process.once(signal, () => {
    server.close();
    server.closeAllConnections();
    redis.end();
    database.end().finally(() => process.exit(0));
  });
}
