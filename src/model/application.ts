import type { z } from "zod";
import { kebabName } from "./name.ts";
import type { InitialUser } from "./configuration.ts";
import type { HealthCheckInput } from "./health.ts";
import type { Binding, SecretReference } from "./reference.ts";
import type { Resource } from "./resource.ts";
import type { SecretDeclaration } from "./secret.ts";

/** What an application's implementation works with. */
export interface ApplicationContext<Options> {
  readonly options: Options;
  readonly domain: string;
  readonly initialUser: InitialUser;
  /** The secret that holds the initial user's password. */
  readonly initialPassword: SecretReference;
  /**
   * Asks for a resource. `name` tells several requests of one application apart and stays the same for ever.
   * What comes back are references: put them into other requests, directly or by the `text` template.
   */
  request<Request extends z.ZodType, BindingSchema extends z.ZodType>(
    resource: Resource<Request, z.ZodType, BindingSchema>,
    name: string,
    request: z.input<Request>,
  ): Binding<z.output<BindingSchema>>;
  /**
   * Declares a secret of the application, made once by the engine, and references it. `permanent` keeps it from being
   * rotated, and says what would be lost.
   */
  secret(name: string, declaration: Omit<SecretDeclaration & { origin: "generated" }, "origin">): SecretReference;
  /** Declares a pair of keys of the application, made once by the engine, and references both halves. */
  keyPair(
    name: string,
    type: "p256" | "rsa",
    more?: Pick<SecretDeclaration & { origin: "key" }, "permanent">,
  ): { readonly privateKey: SecretReference; readonly publicKey: SecretReference };
}

/** What must survive when an application is moved, restored or removed. */
export interface StateItem {
  readonly kind: "database" | "directory" | "bucket";
  /** The request whose resource holds it. */
  readonly request: string;
  readonly description: string;
}

/** A service as its developer describes it. */
export interface Application<Options extends z.ZodObject = z.ZodObject> {
  readonly kind: "application";
  readonly name: string;
  /** What people call it, such as PeerTube. */
  readonly title: string;
  readonly description: string;
  /** The upstream version that this module deploys, where it pins one. */
  readonly version?: string | undefined;
  /**
   * Whom it is for: `operators`, when not given; or the hosting provider alone, as it holds what opens the machines of
   * all operators. FediPanel does not know such an application.
   */
  readonly audience?: "operators" | "hosting-provider" | undefined;
  /** What an operator may set; every option has a description and a default. */
  readonly options: Options;
  /** What must survive. */
  readonly state: readonly StateItem[];
  /** The smallest checks that prove that it serves, run on the machine where it is placed. */
  health(context: { readonly options: z.output<Options>; readonly domain: string }): {
    readonly [name: string]: HealthCheckInput;
  };
  implementation(context: ApplicationContext<z.output<Options>>): void;
}

/**
 * Defines an application, which is called by its name where it has no title.
 * @throws TypeError when the name is not kebab-case, since it becomes part of paths, host names and secrets, or when an
 * option is called `enable`, which is the operator's switch
 */
export function defineApplication<Options extends z.ZodObject>(
  definition: Omit<Application<Options>, "kind" | "title" | "state" | "health"> &
    Partial<Pick<Application<Options>, "title" | "state" | "health">>,
): Application<Options> {
  if (Object.hasOwn(definition.options.shape, "enable")) {
    throw new TypeError(
      `application ${definition.name}: an option cannot be called "enable", which every application has`,
    );
  }
  if (!kebabName.test(definition.name)) {
    throw new TypeError(
      `the name of an application is kebab-case with at most 40 characters, not "${definition.name}"`,
    );
  }
  return Object.freeze({ kind: "application", title: definition.name, state: [], health: () => ({}), ...definition });
}
