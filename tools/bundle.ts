import { globSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { rolldown, type Plugin } from "rolldown";

/** What is started or imported from outside, by its place in the sources. */
const entries = ["src/cli/main", "src/index", "checks/driver/index", "checks/driver/archive-relay"];

/**
 * Packages that become part of the program, because most commands load them: in one file with what uses them, and
 * without what nothing uses, they start in a third of the time. They stay dependencies as well, so that `npm audit`
 * knows what the program contains. The others are loaded by few commands, or bring files of their own along.
 */
const contained = ["@bomb.sh/tab", "@commander-js/extra-typings", "age-encryption", "commander", "diff", "zod"];

const packageOf = (specifier: string): string => specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");

/** Modules find what lies beside them, such as scripts, by `import.meta.url`: each keeps the one of its own place. */
function ownAddresses(root: string): Plugin {
  const placeholder = "__ownAddress";
  return {
    name: "own-addresses",
    transform(code, id) {
      const place = path.relative(root, id);
      if (place.startsWith("..") || place.startsWith("node_modules") || !code.includes("import.meta.url")) return null;
      return code.replaceAll("import.meta.url", `${placeholder}(${JSON.stringify(place.replace(/\.tsx?$/, ".js"))})`);
    },
    renderChunk(code, { fileName }) {
      const calls = new RegExp(`${placeholder}\\("([^"]+)"\\)`, "g");
      return code.replaceAll(calls, (_, place: string) => {
        const relative = path.posix.relative(path.posix.dirname(fileName), place);
        return `new URL(${JSON.stringify(relative)}, import.meta.url).href`;
      });
    },
  };
}

/** The licenses of the packages that the program contains, which ask to go along with it. */
function licenses(modules: readonly string[]): string {
  const folders = new Set(
    modules.flatMap((id) => {
      const [, folder] = /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(id) ?? [];
      return folder === undefined ? [] : [folder];
    }),
  );
  const texts = [...folders].toSorted().map((folder) => {
    const { name, version, license, author } = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8")) as {
      readonly [key: string]: string | undefined;
    };
    const [file] = globSync("{LICENSE,LICENCE,license}*", { cwd: folder });
    // Some packages have no file of it and name it alone.
    const text = file === undefined ? `${license} license; ${author}` : readFileSync(path.join(folder, file), "utf8");
    return `${name} ${version}\n\n${text.trim()}\n`;
  });
  return texts.join(`\n${"-".repeat(80)}\n\n`);
}

/**
 * Joins the sources to few files of JavaScript, as starting a command takes as long as it has files to find: entries
 * keep their places, what several need is in chunks that they share, what is loaded late is in files of its own.
 * @param root the folder of the checkout
 * @param target the folder that gets the files
 */
export async function bundle(root: string, target: string): Promise<void> {
  const isOutside = (id: string): boolean => !/^[./]/.test(id) && !contained.includes(packageOf(id));
  await using program = await rolldown({
    cwd: root,
    platform: "node",
    input: Object.fromEntries(entries.map((entry) => [entry, path.join(root, `${entry}.ts`)])),
    external: (id, importer) => isOutside(id) && importer?.includes("/node_modules/") !== true,
    plugins: [ownAddresses(root)],
  });
  const { output } = await program.write({
    dir: target,
    format: "esm",
    entryFileNames: "[name].js",
    chunkFileNames: "src/chunks/[name]-[hash].js",
    comments: { jsdoc: false },
  });
  const modules = output.flatMap((file) => (file.type === "chunk" ? file.moduleIds : []));
  writeFileSync(path.join(target, "LICENSES.txt"), licenses(modules));
}
