import { InvalidArgumentError, Option } from "@commander-js/extra-typings";
import { defaultImageLock, defaultState } from "./default-folders.ts";

/** Options that every verb takes, before or after its name. */
export interface SharedOptions {
  readonly configuration: string;
  readonly config?: string | undefined;
  readonly environment?: string | undefined;
  readonly deployment?: string | undefined;
  readonly state: string;
  readonly identity?: string | undefined;
  readonly cache?: string | undefined;
  readonly images: string;
  readonly parallel?: number | undefined;
  readonly acceptNewHostKeys?: true | undefined;
  readonly json?: true | undefined;
}

/** Reads a number of an option. @throws InvalidArgumentError */
function wholeNumber(text: string): number {
  const number = Number(text);
  if (/^\d{1,6}$/.test(text) && number >= 1) return number;
  throw new InvalidArgumentError("Expected a whole number from 1 on.");
}

function gather(text: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), text];
}

export const sharedOptions = {
  configuration: new Option("-c, --configuration <file>", "what the operator wants").default("configuration.json"),
  config: new Option(
    "--config <file>",
    "the hosting provider's applications and environments (default: fediversity.config.ts in this folder, if there is one)",
  ),
  environment: new Option("-e, --environment <name>", "where to run (default: the first environment)"),
  deployment: new Option(
    "--deployment <name>",
    "the deployment, for verbs that need no configuration (default: its domain)",
  ),
  state: new Option("--state <folder>", "where the state of deployments is kept").default(defaultState),
  identity: new Option(
    "--identity <file>",
    "the age identity that opens the secrets (default: $XDG_CONFIG_HOME/fediversity/identity)",
  ),
  cache: new Option(
    "--cache <folder>",
    "base images and packages (default: /var/cache/fediversity as root, else $XDG_CACHE_HOME/fediversity)",
  ),
  images: new Option("--images <file>", "the file that says which digest each container image is locked to").default(
    defaultImageLock,
  ),
  parallel: new Option("--parallel <number>", "components worked on at the same time, at most (default: 32)").argParser(
    wholeNumber,
  ),
  acceptNewHostKeys: new Option("--accept-new-host-keys", "trust machines at their first contact and pin their keys"),
  json: new Option("--json", "print events as JSON, one a line (docs/events.md)"),
} as const;

/** Options of several verbs. */
export const verbOptions = {
  target: new Option("-t, --target <component>", "only this component and what it needs; may be repeated").argParser(
    gather,
  ),
  yes: new Option("-y, --yes", "do not ask before changes"),
  gone: new Option("--gone <component>", "this component is lost for good: do not ask it to remove anything").argParser(
    gather,
  ),
  to: new Option("--to <generation>", "number of the generation (default: the one before)").argParser(wholeNumber),
} as const;
