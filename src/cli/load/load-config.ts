import { access } from "node:fs/promises";
import { registerHooks } from "node:module";
import { extname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { defaultConfig, type FediversityConfig } from "../../catalogue/config.ts";
import { isObject } from "../../model/json.ts";
import { configFailure, explainConfigError } from "./config-failure.ts";

/** Name of the hosting provider's file. */
const configFileName = "fediversity.config.ts";

async function isThere(file: string): Promise<boolean> {
  try {
    await access(file);
    return true;
  } catch {
    return false;
  }
}

/**
 * Lets the file and the modules that it imports say `import … from "fediversity"` wherever they are, and get the very
 * modules that this command runs with.
 */
function resolveOwnName(config: string): void {
  const index = new URL(`../../index${extname(import.meta.url)}`, import.meta.url).href;
  registerHooks({
    resolve(specifier, context, next) {
      if (specifier === "fediversity") return { url: index, format: undefined, shortCircuit: true };
      const resolved = next(specifier, context);
      // Whatever package.json is or is not beside them, the file and those that it consists of are modules: `npm init`
      // writes that they are none.
      const isPart = resolved.url === config || /^(?!.*\/node_modules\/).*\.ts$/.test(resolved.url);
      return isPart ? { ...resolved, format: "module-typescript" } : resolved;
    },
  });
}

function isKind(value: unknown, kind: "application" | "environment"): value is { readonly name: string } {
  return isObject(value) && value["kind"] === kind && typeof value["name"] === "string";
}

function list(file: string, config: Record<string, unknown>, key: "applications" | "environments"): void {
  const kind = key === "applications" ? "application" : "environment";
  const define = key === "applications" ? "defineApplication" : "defineEnvironment";
  const items = config[key];
  const subject = `${file}: ${key}`;
  if (!Array.isArray(items)) {
    throw configFailure({
      subject,
      found: items === undefined ? "it is missing" : "expected a list",
      next: `Give a list of what ${define}(…) makes.`,
    });
  }
  const names = new Set<string>();
  for (const [index, item] of items.entries()) {
    const place = `${subject}[${String(index)}]`;
    if (!isKind(item, kind)) {
      throw configFailure({ subject: place, found: `this is no ${kind}`, next: `Make it with ${define}(…).` });
    }
    if (names.has(item.name)) {
      throw configFailure({
        subject: place,
        found: `there is another ${kind} with the name ${item.name}`,
        next: "Remove one of them, or give it another name.",
      });
    }
    names.add(item.name);
  }
  if (key === "environments" && items.length === 0) {
    throw configFailure({ subject, found: "there is none", next: "Define at least one with defineEnvironment(…)." });
  }
}

function check(file: string, module: Record<string, unknown>): FediversityConfig {
  const config = module["default"];
  if (config === undefined) {
    throw configFailure({
      subject: file,
      found: "it has no default export",
      next: "Write `export default defineConfig({ applications: […], environments: […] });`.",
    });
  }
  if (!isObject(config)) {
    throw configFailure({
      subject: file,
      found: "its default export is not an object",
      next: "Write `export default defineConfig({ applications: […], environments: […] });`.",
    });
  }
  list(file, config, "applications");
  list(file, config, "environments");
  return config as unknown as FediversityConfig;
}

/**
 * Loads the hosting provider's `fediversity.config.ts`.
 * @param file as the command line names it; without it, the one in `folder`, and where there is none, the default
 * @throws Failure `config-invalid` with file and position
 */
export async function loadConfig(options: {
  readonly folder: string;
  readonly file?: string | undefined;
}): Promise<{ readonly config: FediversityConfig; readonly file?: string }> {
  const file = resolve(options.folder, options.file ?? configFileName);
  if (!(await isThere(file))) {
    if (options.file === undefined) return { config: defaultConfig };
    throw configFailure({
      subject: file,
      found: "there is no such file",
      next: "Correct the path after --config; without --config the environments on this computer are used.",
    });
  }
  const url = pathToFileURL(file).href;
  resolveOwnName(url);
  let module: Record<string, unknown>;
  try {
    module = (await import(url)) as Record<string, unknown>;
  } catch (error) {
    throw explainConfigError(file, error);
  }
  return { config: check(file, module), file };
}
