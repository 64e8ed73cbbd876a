import { Failure } from "./failure.ts";
import { sameJson } from "./json.ts";
import { parse } from "./parse.ts";
import { SecretDeclaration, secretName } from "./secret.ts";

/** Secrets together with who declares them, for conflicts. */
export interface DeclaredSecrets {
  readonly origin: string;
  readonly secrets: { readonly [name: string]: SecretDeclaration };
}

function invalid(name: string, origin: string, found: string): Failure {
  return new Failure({
    code: "secret-invalid",
    attempted: "declare secrets",
    subject: `secret ${name}`,
    found: `${origin} declares it, and ${found}`,
    next: "Mend the module that declares this secret.",
  });
}

/**
 * Merges declarations: equal ones are one, different ones under one name are an error that names both origins.
 * @throws Failure `secret-invalid` or `conflict`
 */
export function mergeDeclarations(declared: readonly DeclaredSecrets[]): ReadonlyMap<string, SecretDeclaration> {
  const merged = new Map<string, { readonly origin: string; readonly declaration: SecretDeclaration }>();
  for (const { origin, secrets } of declared) {
    for (const [name, given] of Object.entries(secrets)) {
      if (!secretName.test(name)) throw invalid(name, origin, "its name is not lower-case words joined by hyphens");
      const parsed = parse(SecretDeclaration, given);
      if (!parsed.success) throw invalid(name, origin, "the declaration does not fit its schema");
      const other = merged.get(name);
      if (other !== undefined && !sameJson(other.declaration, parsed.data)) {
        throw new Failure({
          code: "conflict",
          attempted: "declare secrets",
          subject: `secret ${name}`,
          found: `${other.origin} and ${origin} declare secret ${name} differently`,
          next: "Give one of the two another name.",
        });
      }
      merged.set(name, other ?? { origin, declaration: parsed.data });
    }
  }
  return new Map([...merged].map(([name, { declaration }]) => [name, declaration]));
}
