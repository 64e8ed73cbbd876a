import { configurationJsonSchema } from "../../catalogue/json-schema.ts";
import { loadConfig } from "../load/load-config.ts";
import { runVerb } from "../run-verb.ts";
import type { SharedOptions } from "../shared-options.ts";

/** Prints the JSON Schema of the configuration, or that of the lines that `--json` prints. */
export function schema(options: SharedOptions & { readonly events?: true | undefined }): Promise<number> {
  return runVerb(options, {
    verb: "schema",
    async prepare() {
      if (options.events === true) return (await import("../json-line.ts")).jsonLineSchema();
      const { config } = await loadConfig({ folder: process.cwd(), file: options.config });
      return configurationJsonSchema(config.applications);
    },
    run(document, { output }) {
      output.document("schema", document);
      return Promise.resolve("done" as const);
    },
  });
}
