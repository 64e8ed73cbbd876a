import type { z } from "zod";
import type { ApplicationRequest } from "../../model/environment.ts";
import { explainIssues } from "../../model/explain.ts";
import { Failure } from "../../model/failure.ts";
import { settled } from "../../model/settled.ts";
import type { SystemResource } from "../../system/resource.ts";

/** A resource under a policy. */
export interface Offer {
  readonly resource: SystemResource;
  readonly policy: unknown;
}

/**
 * Offers a resource on these terms.
 * @throws Failure `policy-invalid` naming the place in the policy
 */
export function offer<Policy extends z.ZodType>(
  resource: SystemResource<z.ZodType, Policy>,
  policy: z.input<Policy>,
): Offer {
  const result = resource.policy.safeParse(policy);
  if (result.success) return { resource, policy: settled(result.data) };
  throw new Failure({
    code: "policy-invalid",
    attempted: "read the environment",
    subject: `policy of resource ${resource.name}`,
    found: "it does not fit the resource's schema",
    next: "Correct the environment in fediversity.config.ts.",
    failures: explainIssues({
      schema: resource.policy,
      document: policy,
      issues: result.error.issues,
      attempted: "read the policy",
    }),
  });
}

/**
 * Finds the offer that fulfils a request: the first, by name, of the same resource whose policy admits it.
 * @throws Failure `request-refused` with application, resource and policy named
 */
export function chooseOffer(offers: { readonly [name: string]: Offer }, request: ApplicationRequest): string {
  const reasons: string[] = [];
  for (const name of Object.keys(offers).toSorted()) {
    const candidate = offers[name] as Offer;
    if (candidate.resource.name !== request.resource.name) continue;
    const reason = candidate.resource.refuses?.(candidate.policy, request.request);
    if (reason === undefined) return name;
    reasons.push(`the policy of offer "${name}" ${reason}`);
  }
  throw new Failure({
    code: "request-refused",
    attempted: "fulfil the requests of applications",
    subject: `application ${request.application}, request ${request.name}`,
    found:
      reasons.length === 0
        ? `this environment does not offer the resource ${request.resource.name}`
        : `resource ${request.resource.name}: ${reasons.join("; ")}`,
    next: "Switch the application off, or ask the hosting provider to change the environment's offers.",
  });
}
