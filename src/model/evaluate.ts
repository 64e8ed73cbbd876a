import type { z } from "zod";
import type { Application } from "./application.ts";
import { ask } from "./ask.ts";
import { binder } from "./bind.ts";
import type { ComponentType } from "./component.ts";
import type { Configuration } from "./configuration.ts";
import { configurationSchema } from "./configuration.ts";
import type { Deployment } from "./deployment.ts";
import type { Environment } from "./environment.ts";
import { explainIssues } from "./explain.ts";
import { Failure } from "./failure.ts";
import type { JsonObject } from "./json.ts";
import { parse } from "./parse.ts";
import { referencesIn } from "./reference.ts";
import { initialPassword, type SecretDeclaration } from "./secret.ts";
import { mergeDeclarations } from "./secret-declarations.ts";
import { frozen } from "./settled.ts";

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

const generatedPassword: SecretDeclaration = { origin: "generated", format: "alphanumeric", length: 24 };
const given: SecretDeclaration = { origin: "given" };

/**
 * Prepares evaluation in one environment.
 * @throws Failure `application-duplicate` when two applications have one name
 */
export function createEvaluator(options: Omit<Evaluator, "schema">): Evaluator {
  const names = options.applications.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw new Failure({
      code: "application-duplicate",
      attempted: "read the catalogue",
      subject: `application ${twice}`,
      found: "the catalogue has two applications of this name",
      next: "Remove one of them from the applications in fediversity.config.ts.",
    });
  }
  return { ...options, schema: configurationSchema(options.applications) };
}

/**
 * Checks a configuration.
 * @throws Failure `configuration-invalid` with one report per mistake
 */
function parseConfiguration(schema: z.ZodType<Configuration>, document: unknown): Configuration {
  const result = parse(schema, document);
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
        const result = type && parse(type.inputs, component.inputs);
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
  const bound = binder(result.bindings)(result.components) as Deployment["components"];
  const components = checkComponents(bound, evaluator.componentTypes);
  const { password } = configuration.initialUser;
  const declared = mergeDeclarations([
    { origin: "the configuration", secrets: { [initialPassword]: password === undefined ? generatedPassword : given } },
    ...result.secrets,
    ...[...asked].flatMap(([name, { secrets }]) =>
      secrets.map((one) => ({ origin: `application ${name}`, secrets: one })),
    ),
  ]);
  const used = new Set(
    referencesIn(components).flatMap((reference) => ("$secret" in reference ? [reference.$secret] : [])),
  );
  for (const name of used) {
    const declaration = declared.get(name);
    if (declaration?.origin === "public-key") used.add(declaration.of);
  }
  const secrets: Record<string, SecretDeclaration> = {};
  for (const name of [...used].toSorted()) {
    const declaration = declared.get(name);
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
    deployment: frozen({
      name: configuration.domain,
      environment: evaluator.environment.name,
      components,
      secrets,
    }),
    given: password !== undefined && initialPassword in secrets ? { [initialPassword]: password } : {},
  };
}
