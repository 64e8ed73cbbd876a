/**
 * Lets Node load `.tsx` where the product runs from its sources; the published package is compiled. Imported before the
 * first page is.
 * @module
 */
import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";

if (extname(import.meta.url) === ".ts") {
  const { transformSync } = await import("rolldown/utils");
  registerHooks({
    load(url, context, next) {
      if (!url.endsWith(".tsx")) return next(url, context);
      const file = fileURLToPath(url);
      const { code, errors } = transformSync(file, readFileSync(file, "utf8"), {
        lang: "tsx",
        typescript: { onlyRemoveTypeImports: true },
        jsx: { runtime: "automatic", importSource: "hono/jsx" },
      });
      if (errors.length > 0) throw new SyntaxError(errors.map(({ message }) => `${file}: ${message}`).join("\n"));
      return { format: "module", shortCircuit: true, source: code };
    },
  });
}
