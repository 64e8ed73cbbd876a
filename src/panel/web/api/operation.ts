import { z } from "zod";
import { Failure, type FailureReport } from "../../../model/failure.ts";
import { explainIssues } from "../../../model/explain.ts";
import { attempt } from "../../accounts/attempts.ts";
import { route, type OperatorContext, type Route } from "../route.ts";
import type { permissions, Permission } from "../../access/permission.ts";
import { answerFailure } from "./answer-failure.ts";

/** Permissions that tokens can have. */
export type TokenPermission = {
  [Name in Permission]: (typeof permissions)[Name] extends { readonly scope: string } ? Name : never;
}[Permission];

/** Requests of one token within a minute. */
const tokenLimit = { count: 120, window: 60_000 };

/** What an operation answers with. */
export interface Answered<Output> {
  readonly body: Output;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One operation of the API, as it is documented and as it is checked: the same schemas. */
export interface Operation {
  readonly name: string;
  readonly summary: string;
  readonly description: string;
  readonly method: Route["method"];
  /** Below `/api/operators/:operator`. */
  readonly path: string;
  readonly permission: TokenPermission;
  readonly status: 200 | 201 | 202;
  readonly query: z.ZodObject;
  readonly body: z.ZodType | undefined;
  readonly output: z.ZodType;
  readonly route: Route;
}

async function documentOf(context: OperatorContext): Promise<unknown> {
  const text = await context.http.req.text();
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new Failure({
      code: "json-invalid",
      attempted: "read the request",
      found: "its body is not JSON",
      next: "Send a JSON document with content-type: application/json.",
    });
  }
}

function checked<Schema extends z.ZodType>(schema: Schema, document: unknown): z.output<Schema> {
  const result = schema.safeParse(document);
  if (result.success) return result.data;
  const attempted = "read the request";
  const failures = explainIssues({ schema, document, issues: result.error.issues, attempted });
  const [first] = failures;
  const found =
    failures.length === 1 && first !== undefined ? first.found : `it has ${String(failures.length)} mistakes`;
  throw new Failure({
    code: "request-invalid",
    attempted,
    subject: failures.length === 1 ? first?.subject : undefined,
    found,
    next: "Correct the request; /api/openapi.json says what it may hold.",
    failures,
  });
}

async function limit({ panel, actor }: OperatorContext): Promise<FailureReport | undefined> {
  if (actor.kind !== "token") return undefined;
  if (await attempt(panel.queries, `token ${actor.id}`, tokenLimit, panel.now())) return undefined;
  return {
    code: "too-many-requests",
    attempted: "answer the request",
    found: `this token made more than ${String(tokenLimit.count)} requests within a minute`,
    next: "Wait for as many seconds as the header retry-after says.",
  };
}

/** Declares an operation, and with it its way in. */
export function operation<
  Output extends z.ZodType,
  Query extends z.ZodObject = z.ZodObject,
  Body extends z.ZodType = z.ZodUndefined,
>(definition: {
  readonly name: string;
  readonly summary: string;
  readonly description: string;
  readonly method: Route["method"];
  readonly path: string;
  readonly permission: TokenPermission;
  readonly status?: 200 | 201 | 202;
  readonly query?: Query;
  readonly body?: Body;
  readonly output: Output;
  handle(
    context: OperatorContext,
    input: { readonly query: z.output<Query>; readonly body: z.output<Body> },
  ): Promise<Answered<z.input<Output>>>;
}): Operation {
  const { method, path, permission, status = 200, body, output } = definition;
  const query: z.ZodObject = definition.query ?? z.strictObject({});
  const handle = async (context: OperatorContext): Promise<Response> => {
    const { http } = context;
    const limited = await limit(context);
    if (limited !== undefined) {
      http.header("retry-after", "60");
      return http.json(limited, 429);
    }
    try {
      const input = {
        query: checked(query, http.req.query()) as z.output<Query>,
        body: (body === undefined ? undefined : checked(body, await documentOf(context))) as z.output<Body>,
      };
      const answered = await definition.handle(context, input);
      for (const [name, value] of Object.entries(answered.headers ?? {})) http.header(name, value);
      // What the schema does not name never leaves: it is cut off here.
      return http.json(output.parse(answered.body) as object, status);
    } catch (error) {
      if (error instanceof Failure) return answerFailure(http, error.report);
      throw error;
    }
  };
  return Object.freeze({
    ...definition,
    status,
    query,
    body,
    output,
    route: route({ method, path: `/api/operators/:operator${path}`, permission, kind: "api", handle } as never),
  });
}
