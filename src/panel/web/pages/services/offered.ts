import type { FediversityConfig } from "../../../../catalogue/config.ts";
import type { Application } from "../../../../model/application.ts";
import { Failure } from "../../../../model/failure.ts";
import { evaluateIn } from "../../../configurations/catalogue.ts";

const known = new WeakMap<Application, boolean>();

/** A configuration that stands for any: only what an application asks for matters. */
function trial(application: string) {
  return {
    domain: "example.org",
    initialUser: { displayName: "Ada", username: "ada", email: "ada@example.org" },
    applications: { [application]: { enable: true } },
  };
}

/** Whether some environment of the hosting provider has what an application needs, found out by evaluating it there. */
export function offeredIn(config: FediversityConfig, application: Application): boolean {
  const before = known.get(application);
  if (before !== undefined) return before;
  const offered = config.environments.some(({ name }) => {
    try {
      evaluateIn(config, name, trial(application.name));
      return true;
    } catch (error) {
      if (error instanceof Failure) return false;
      throw error;
    }
  });
  known.set(application, offered);
  return offered;
}
