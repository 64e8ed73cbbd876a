import type { z } from "zod";
import type { Application } from "./application.ts";
import type { ComponentType } from "./component.ts";
import type { Configuration } from "./configuration.ts";
import { configurationSchema } from "./configuration.ts";
import type { Deployment } from "./deployment.ts";
import type { ApplicationRequest, Environment, EnvironmentResult } from "./environment.ts";
import { explainIssues } from "./explain.ts";
import { Failure } from "./failure.ts";
import { HealthCheck } from "./health.ts";
import type { JsonObject } from "./json.ts";
import { type Binding, referencesIn, secret, substitute } from "./reference.ts";
import type { Resource } from "./resource.ts";
import { type SecretDeclaration, secretName } from "./secret.ts";

/** What evaluation works with; made once and used for any number of configurations. */
export interface Evaluator {
  readonly applications: readonly Application[];
  readonly environment: Environment;
  readonly componentTypes: readonly ComponentType[];
  /** Of the configuration, as {@link configurationSchema} derives it from the applications. */
  readonly schema: z.ZodType<Configuration>;
}

/** A deployment, and the secrets that the operator wrote into the configuration: the only place where values are. */
export interface Evaluation {
  readonly deployment: Deployment;
  readonly given: { readonly [secret: string]: string };
}

const initialPassword = "initial-user/password";

/** Prepares evaluation in one environment. */
export function createEvaluator(options: Omit<Evaluator, "schema">): Evaluator {
  return { ...options, schema: configurationSchema(options.applications) };
}

/**
 * Checks a configuration.
 * @throws Failure `configuration-invalid` with one report per mistake
 */
export function parseConfiguration(schema: z.ZodType<Configuration>, document: unknown): Configuration {
  const result = schema.safeParse(document);
  if (result.success) return result.data;
  const failures = explainIssues({
    schema,
    document,
    issues: result.error.issues,
    attempted: "read the configuration",
  });
  throw new Failure({
    code: "configuration-invalid",
    attempted: "read the configuration",
    found: `${String(failures.length)} ${failures.length === 1 ? "mistake" : "mistakes"}`,
    next: "Correct each of them; nothing has been changed anywhere.",
    failures,
  });
}

interface Asked {
  readonly requests: readonly ApplicationRequest[];
  readonly health: Readonly<Record<string, HealthCheck>>;
  readonly secrets: Readonly<Record<string, SecretDeclaration>>;
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

/** Parses what an application hands over at the boundary and names the application and the place when it is wrong. */
function checked<T extends z.ZodType>(schema: T, value: unknown, application: string, what: string): z.output<T> {
  const result = schema.safeParse(value);
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

function ask(application: Application, configuration: Configuration): Asked {
  const { name } = application;
  const { enable: _enable, ...options } = configuration.applications[name] ?? { enable: false };
  const { password: _password, ...initialUser } = configuration.initialUser;
  const requests: ApplicationRequest[] = [];
  const secrets: Record<string, SecretDeclaration> = {};
  application.implementation({
    options,
    domain: configuration.domain,
    initialUser,
    initialPassword: secret(initialPassword),
    request<Request extends z.ZodType, BindingSchema extends z.ZodType>(
      resource: Resource<Request, z.ZodType, BindingSchema>,
      requestName: string,
      request: z.input<Request>,
    ): Binding<z.output<BindingSchema>> {
      if (!/^[a-z][a-z0-9-]{0,39}$/.test(requestName)) {
        throw defect(name, `the request name "${requestName}" is not kebab-case`, "Give the request another name.");
      }
      if (requests.some((other) => other.name === requestName)) {
        throw defect(name, `it makes two requests named "${requestName}"`, "Give each request a name of its own.");
      }
      const value = checked(resource.request, request, name, `request ${requestName} (resource ${resource.name})`);
      requests.push({
        application: name,
        name: requestName,
        resource: resource as unknown as Resource,
        request: value,
      });
      return new Proxy({} as Binding<z.output<BindingSchema>>, {
        get: (_target, path) => (typeof path === "string" ? { $binding: `${name}/${requestName}`, path } : undefined),
      });
    },
    secret(local, declaration) {
      const full = `${name}/${local}`;
      if (!secretName.test(full))
        throw defect(name, `the secret name "${local}" is not kebab-case`, "Rename the secret.");
      secrets[full] = { origin: "generated", ...declaration };
      return secret(full);
    },
  });
  const health = Object.fromEntries(
    Object.entries(application.health({ options, domain: configuration.domain })).map(([check, declared]) => [
      check,
      checked(HealthCheck, declared, name, `health check ${check}`),
    ]),
  );
  return { requests, health, secrets };
}

/** Replaces references to bindings by what was bound, through any number of steps. */
function bind(value: unknown, bindings: EnvironmentResult["bindings"], via: readonly string[] = []): unknown {
  return substitute(value, (reference) => {
    if (!("$binding" in reference)) return undefined;
    const place = `${reference.$binding}.${reference.path}`;
    const found = (bindings[reference.$binding] as Record<string, unknown> | undefined)?.[reference.path];
    if (via.includes(place) || found === undefined) {
      throw new Failure({
        code: "binding-unknown",
        attempted: "bind requests to what fulfils them",
        subject: place,
        found: found === undefined ? "nothing is bound there" : `it depends on itself: ${[...via, place].join(" → ")}`,
        next: "Mend the application or resource module that uses this binding.",
      });
    }
    return bind(found, bindings, [...via, place]);
  });
}

function checkComponents(
  components: Deployment["components"],
  types: readonly ComponentType[],
): Deployment["components"] {
  const byName = new Map(types.map((type) => [type.name, type]));
  return Object.fromEntries(
    Object.keys(components)
      .toSorted()
      .map((path) => {
        const component = components[path] as Deployment["components"][string];
        const type = byName.get(component.type);
        const result = type?.inputs.safeParse(component.inputs);
        if (result?.success === true) return [path, { type: component.type, inputs: result.data as JsonObject }];
        throw new Failure({
          code: "component-invalid",
          attempted: "make the deployment",
          subject: path,
          found:
            type === undefined ? `there is no component type "${component.type}"` : "its inputs do not fit its type",
          next: "Mend the environment or the resource that makes this component.",
          failures:
            type === undefined || result?.error === undefined
              ? []
              : explainIssues({
                  schema: type.inputs,
                  document: component.inputs,
                  issues: result.error.issues,
                  attempted: "check inputs",
                }),
        });
      }),
  );
}

/**
 * Evaluates a configuration to a deployment: a pure function, deterministic and without I/O.
 * @throws Failure that names the place in the document, or the application, the resource and the policy
 */
export function evaluate(evaluator: Evaluator, document: unknown): Evaluation {
  const configuration = parseConfiguration(evaluator.schema, document);
  const enabled = evaluator.applications
    .filter((application) => configuration.applications[application.name]?.enable === true)
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const asked = new Map(enabled.map((application) => [application.name, ask(application, configuration)]));
  const result = evaluator.environment.implementation({
    domain: configuration.domain,
    requests: [...asked.values()].flatMap(({ requests }) => requests),
    health: Object.fromEntries([...asked].map(([name, { health }]) => [name, health])),
  });
  const bound = bind(result.components, result.bindings) as Deployment["components"];
  const components = checkComponents(bound, evaluator.componentTypes);
  const { password } = configuration.initialUser;
  const declared: Record<string, SecretDeclaration> = {
    [initialPassword]:
      password === undefined ? { origin: "generated", format: "alphanumeric", length: 24 } : { origin: "given" },
    ...result.secrets,
    ...Object.assign({}, ...[...asked.values()].map(({ secrets }) => secrets)),
  };
  const used = new Set(
    referencesIn(components).flatMap((reference) => ("$secret" in reference ? [reference.$secret] : [])),
  );
  const secrets: Record<string, SecretDeclaration> = {};
  for (const name of [...used].toSorted()) {
    const declaration = declared[name];
    if (declaration === undefined) {
      throw new Failure({
        code: "secret-undeclared",
        attempted: "make the deployment",
        subject: `secret ${name}`,
        found: "it is used but nobody declares it",
        next: "Declare it in the application or resource that uses it.",
      });
    }
    secrets[name] = declaration;
  }
  return {
    deployment: { name: configuration.domain, environment: evaluator.environment.name, components, secrets },
    given: password !== undefined && initialPassword in secrets ? { [initialPassword]: password } : {},
  };
}
