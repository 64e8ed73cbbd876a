import { z } from "zod";
import { permissions } from "../../access/permission.ts";
import type { JsonObject } from "../../../model/json.ts";
import type { Operation } from "./operation.ts";
import { ChangeShape, ConfigurationShape, DeploymentShape, FailureShape, WholeConfigurationShape } from "./shapes.ts";

const shared = {
  Failure: FailureShape,
  Change: ChangeShape,
  Configuration: ConfigurationShape,
  WholeConfiguration: WholeConfigurationShape,
  Deployment: DeploymentShape,
};

const refusals = {
  400: "The request is not as this document says",
  401: "There is no valid token",
  403: "The token is not good for this: another scope, another operator, or a role that does not include it. Or its maker lacks a second factor that is demanded",
  404: "There is no such thing among what the operator has",
  409: "What there is does not admit this now",
  422: "The configuration would have mistakes",
  429: "Too many requests with this token",
} as const;

function capital(name: string): string {
  return `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}

/** Schemas by name, with references to one another. */
function schemasOf(named: { readonly [name: string]: z.ZodType }, io: "input" | "output"): JsonObject {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(named)) registry.add(schema, { id });
  const { schemas } = z.toJSONSchema(registry, {
    io,
    uri: (id) => `#/components/schemas/${id}`,
    override({ jsonSchema }) {
      // There the word means that it cannot be sent; and the pattern of a time says less than its format.
      delete jsonSchema.readOnly;
      if (jsonSchema.format === "date-time") delete jsonSchema.pattern;
    },
  });
  const entries = Object.entries(schemas).map(([id, { $schema: _, $id: _id, ...schema }]) => [id, schema] as const);
  return Object.fromEntries(entries) as JsonObject;
}

function parametersOf({ path, query }: Operation): readonly JsonObject[] {
  const inPath = ["operator", ...[...path.matchAll(/:(?<name>\w+)/g)].map(({ groups }) => groups?.["name"] ?? "")];
  const { properties = {}, required = [] } = z.toJSONSchema(query, { io: "input" });
  return [
    ...inPath.map((name) => ({ name, in: "path", required: true, schema: { type: "string" } })),
    ...Object.entries(properties).map(([name, schema]) => {
      const { description = "", ...rest } = schema as z.core.JSONSchema.BaseSchema;
      return { name, in: "query", description, required: required.includes(name), schema: rest as JsonObject };
    }),
  ];
}

const content = (name: string): JsonObject => ({
  "application/json": { schema: { $ref: `#/components/schemas/${name}` } },
});

function answerName({ name, output }: Operation): string {
  const [found] = Object.entries(shared).find(([, schema]) => schema === output) ?? [];
  return found ?? `${capital(name)}Answer`;
}

function described(operation: Operation): JsonObject {
  const { name, summary, description, permission, status, body } = operation;
  const { scope, roles } = permissions[permission];
  const failures: JsonObject = Object.fromEntries(
    Object.entries(refusals).map(([code, text]) => [code, { description: text, content: content("Failure") }] as const),
  );
  const created =
    status === 200 || name === "cancelDeployment" ? {} : { headers: { location: { schema: { type: "string" } } } };
  return {
    operationId: name,
    summary,
    description: `${description} Needs a token with the scope \`${scope}\`, made by somebody who is ${roles.join(" or ")}.`,
    parameters: parametersOf(operation),
    ...(body === undefined ? {} : { requestBody: { required: true, content: content(`${capital(name)}Request`) } }),
    responses: {
      [String(status)]: { description: summary, content: content(answerName(operation)), ...created },
      ...failures,
    },
  };
}

/** Makes the OpenAPI document of the operations, out of the very schemas by which requests are checked. */
export function openApiOf(operations: readonly Operation[]): JsonObject {
  const paths: Record<string, JsonObject> = {};
  for (const operation of operations) {
    const path = `/api/operators/{operator}${operation.path.replaceAll(/:(\w+)/g, "{$1}")}`;
    paths[path] = { ...paths[path], [operation.method.toLowerCase()]: described(operation) };
  }
  const answers = operations.map((operation) => [answerName(operation), operation.output] as const);
  const requests = operations.flatMap(({ name, body }) =>
    body === undefined ? [] : [[`${capital(name)}Request`, body] as const],
  );
  return {
    openapi: "3.1.0",
    info: {
      title: "FediPanel",
      version: "1",
      description: "What members of an operator can do in the panel, for their programs.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    security: [{ token: [] }],
    paths,
    components: {
      securitySchemes: { token: { type: "http", scheme: "bearer", description: "A token that an owner made" } },
      schemas: {
        ...schemasOf(Object.fromEntries(requests), "input"),
        ...schemasOf({ ...shared, ...Object.fromEntries(answers) }, "output"),
      },
    },
  };
}
