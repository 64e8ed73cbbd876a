import { z } from "zod";
import type { Application } from "../model/application.ts";
import { configurationSchema } from "../model/configuration.ts";

/**
 * The JSON Schema (draft 2020-12) of what an operator writes, for editors and forms. Derived from the schemas that
 * evaluation uses; what JSON Schema cannot say, such as checks across several options, is left to evaluation.
 */
export function configurationJsonSchema(applications: readonly Application[]): z.core.JSONSchema.BaseSchema {
  const { $schema: _dialect, ...schema } = z.toJSONSchema(configurationSchema(applications), {
    target: "draft-2020-12",
    io: "input",
    unrepresentable: "any",
  });
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Configuration of a Fediversity deployment",
    description: "A domain, an initial user, and the applications that are switched on",
    ...schema,
  };
}
