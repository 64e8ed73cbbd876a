import { z } from "zod";
import type { Application, ApplicationContext } from "./application.ts";
import type { Configuration } from "./configuration.ts";
import type { ApplicationRequest } from "./environment.ts";
import { explainIssues } from "./explain.ts";
import { Failure } from "./failure.ts";
import { HealthCheck } from "./health.ts";
import { isObject } from "./json.ts";
import { kebabName } from "./name.ts";
import { parse } from "./parse.ts";
import { type Binding, binding, secret } from "./reference.ts";
import type { Resource } from "./resource.ts";
import { initialPassword, type SecretDeclaration } from "./secret.ts";

/** What one application asks for. */
export interface Asked {
  readonly requests: readonly ApplicationRequest[];
  readonly health: Readonly<Record<string, HealthCheck>>;
  /** In the order in which they were declared; the same name may come twice. */
  readonly secrets: readonly { readonly [name: string]: SecretDeclaration }[];
}

function defect(application: string, found: string, next: string): Failure {
  return new Failure({
    code: "application-invalid",
    attempted: "evaluate an application",
    subject: `application ${application}`,
    found,
    next,
  });
}

/** Runs an author's code, so that whatever it throws names the application. */
function run<T>(application: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure(
      {
        code: "application-invalid",
        attempted: "evaluate an application",
        subject: `application ${application}`,
        found: `its module failed: ${error instanceof Error ? error.message : String(error)}`,
        next: "Mend the application's module.",
      },
      { cause: error },
    );
  }
}

/** Parses what an application hands over at the boundary and names the application and the place when it is wrong. */
function checked<T extends z.ZodType>(schema: T, value: unknown, application: string, what: string): z.output<T> {
  const result = parse(schema, value);
  if (result.success) return result.data;
  throw new Failure({
    code: "application-invalid",
    attempted: "evaluate an application",
    subject: `application ${application}, ${what}`,
    found: "it does not fit its schema",
    next: "Mend the application's module.",
    failures: explainIssues({ schema, document: value, issues: result.error.issues, attempted: `check ${what}` }),
  });
}

/**
 * Runs an application's implementation and checks all that it hands over.
 * @throws Failure `application-invalid` naming the application and the place
 */
export function ask(application: Application, configuration: Configuration): Asked {
  const { name } = application;
  const { enable: _enable, ...options } = configuration.applications[name] ?? { enable: false };
  const { password: _password, ...initialUser } = configuration.initialUser;
  const requests: ApplicationRequest[] = [];
  const secrets: { [name: string]: SecretDeclaration }[] = [];
  const implementation: ApplicationContext<Record<string, unknown>> = {
    options,
    domain: configuration.domain,
    initialUser,
    initialPassword: secret(initialPassword),
    request<Request extends z.ZodType, BindingSchema extends z.ZodType>(
      resource: Resource<Request, z.ZodType, BindingSchema>,
      requestName: string,
      request: z.input<Request>,
    ): Binding<z.output<BindingSchema>> {
      if (!kebabName.test(requestName)) {
        throw defect(
          name,
          `the request name "${requestName}" is not lower-case words joined by hyphens`,
          "Give the request another name.",
        );
      }
      if (requests.some((other) => other.name === requestName)) {
        throw defect(name, `it makes two requests named "${requestName}"`, "Give each request a name of its own.");
      }
      const value = checked(resource.request, request, name, `request ${requestName} (resource ${resource.name})`);
      requests.push({
        application: name,
        name: requestName,
        resource,
        request: value,
      });
      const of = `${name}/${requestName}`;
      const members = resource.binding instanceof z.ZodObject ? Object.keys(resource.binding.shape) : [];
      // With its members as its own, so that it can be handed on as a whole; others are found out when they are bound.
      const known = Object.fromEntries(members.map((path) => [path, binding(of, path)]));
      return new Proxy(known as Binding<z.output<BindingSchema>>, {
        get: (_target, path) => {
          if (typeof path !== "string") return undefined;
          return Object.hasOwn(known, path) ? known[path] : binding(of, path);
        },
      });
    },
    secret(local, declaration) {
      const full = `${name}/${local}`;
      secrets.push({ [full]: { ...declaration, origin: "generated" } });
      return secret(full);
    },
    keyPair(local, type, { permanent } = {}) {
      const full = `${name}/${local}`;
      secrets.push({
        [full]: { origin: "key", type, ...(permanent === undefined ? {} : { permanent }) },
        [`${full}-public`]: { origin: "public-key", of: full },
      });
      return { privateKey: secret(full), publicKey: secret(`${full}-public`) };
    },
  };
  const declared = run(name, () => {
    const returned: unknown = application.implementation(implementation);
    if (isObject(returned) && typeof returned["then"] === "function") {
      throw defect(name, "its implementation is asynchronous", "Make it a plain function: evaluation does not wait.");
    }
    return application.health({ options, domain: configuration.domain });
  });
  const health = Object.fromEntries(
    Object.entries(declared).map(([check, value]) => [
      check,
      checked(HealthCheck, value, name, `health check ${check}`),
    ]),
  );
  return { requests, health, secrets };
}
