import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { z } from "zod";
import { permissions } from "../../access/permission.ts";
import { startTestPanel, type TestPanel } from "../../testing/test-panel.ts";
import { apiRoutes } from "./routes.ts";
import { operations } from "./operations.ts";

let panel: TestPanel;
before(async () => {
  panel = await startTestPanel();
});
after(() => panel.close());

/** What OpenAPI 3.1 (spec.openapis.org/oas/v3.1.1) wants of the parts that we use. */
const Content = z.strictObject({
  "application/json": z.strictObject({ schema: z.strictObject({ $ref: z.string() }) }),
});
const Schema = z.record(z.string(), z.unknown());
const Parameter = z
  .strictObject({
    name: z.string(),
    in: z.enum(["path", "query"]),
    description: z.string().optional(),
    required: z.boolean(),
    schema: Schema,
  })
  .refine((parameter) => parameter.in !== "path" || parameter.required, "parameters of the path are always required");
const Answer = z.strictObject({
  description: z.string().min(1),
  content: Content,
  headers: z.record(z.string(), z.strictObject({ schema: Schema })).optional(),
});
const Described = z.strictObject({
  operationId: z.string().regex(/^[a-z][A-Za-z]+$/),
  summary: z.string().min(1),
  description: z.string().min(1),
  parameters: z.array(Parameter),
  requestBody: z.strictObject({ required: z.literal(true), content: Content }).optional(),
  responses: z.record(z.string().regex(/^[2-5][0-9]{2}$/), Answer),
});
const Document = z.strictObject({
  openapi: z.literal("3.1.0"),
  info: z.strictObject({
    title: z.string(),
    version: z.string(),
    description: z.string(),
    license: z.strictObject({ name: z.string(), identifier: z.string() }),
  }),
  security: z.tuple([z.strictObject({ token: z.tuple([]) })]),
  paths: z.record(z.string().startsWith("/"), z.partialRecord(z.enum(["get", "post", "put", "delete"]), Described)),
  components: z.strictObject({
    securitySchemes: z.strictObject({
      token: z.strictObject({ type: z.literal("http"), scheme: z.literal("bearer"), description: z.string() }),
    }),
    schemas: z.record(z.string().regex(/^[A-Za-z0-9._-]+$/), Schema),
  }),
});

async function served(): Promise<z.output<typeof Document>> {
  const answer = await panel.server.request("http://localhost/api/openapi.json");
  assert.equal(answer.status, 200);
  return Document.parse(await answer.json());
}

void test("everybody can read a document that is what OpenAPI says", async () => {
  const document = await served();
  const ids = Object.values(document.paths).flatMap((item) =>
    Object.values(item).map(({ operationId }) => operationId),
  );
  assert.deepEqual(ids.toSorted(), operations.map(({ name }) => name).toSorted());
  assert.equal(new Set(ids).size, ids.length);
  for (const [path, item] of Object.entries(document.paths)) {
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    for (const { parameters } of Object.values(item))
      assert.deepEqual(
        parameters.filter((one) => one.in === "path").map(({ name }) => name),
        inPath,
        path,
      );
  }
});

void test("every reference in it leads somewhere, and nothing is defined in vain", async () => {
  const document = await served();
  const references = new Set<string>();
  JSON.stringify(document, (key, value: unknown) => {
    if (key === "$ref") references.add(String(value).replace("#/components/schemas/", ""));
    return value;
  });
  assert.deepEqual([...references].toSorted(), Object.keys(document.components.schemas).toSorted());
});

void test("every way in for programs is described with its permission's scope", async () => {
  const document = await served();
  for (const { method, path, permission, kind } of apiRoutes) {
    assert.equal(kind, "api");
    if (permission === "site.read") continue;
    const written = path.replaceAll(/:(\w+)/g, "{$1}");
    const found = document.paths[written]?.[method.toLowerCase() as "get"];
    assert.ok(found !== undefined, `${method} ${path}`);
    const grant = permissions[permission];
    assert.ok("scope" in grant && found.description.includes(`scope \`${grant.scope}\``), `${method} ${path}`);
  }
});
