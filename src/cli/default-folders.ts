import { homedir } from "node:os";
import { join } from "node:path";

type Environment = Readonly<Record<string, string | undefined>>;

function base(env: Environment, variable: string, fallback: string): string {
  const given = env[variable];
  // XDG Base Directory Specification: a relative path is to be ignored.
  return given?.startsWith("/") === true ? given : join(homedir(), fallback);
}

/** Where the state of deployments is kept, below the working directory. */
export const defaultState = ".fediversity";

/** The file that says which digest each container image is locked to, in the working directory. */
export const defaultImageLock = "fediversity.images.json";

/** Where the age identity that opens the secrets is, when nobody names another file. */
export function defaultIdentityFile(env: Environment): string {
  return join(base(env, "XDG_CONFIG_HOME", ".config"), "fediversity", "identity");
}

/** Where base images and packages are kept: for root a place that all of this computer's work can share. */
export function defaultCache(env: Environment, root: boolean): string {
  return root ? "/var/cache/fediversity" : join(base(env, "XDG_CACHE_HOME", ".cache"), "fediversity");
}
