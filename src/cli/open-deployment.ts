import { openEngine, type Engine } from "../engine/engine.ts";
import type { EventSink } from "../engine/event.ts";
import { createProviders } from "../providers/create-providers.ts";
import { defaultCache, defaultIdentityFile } from "./default-folders.ts";
import type { SharedOptions } from "./shared-options.ts";

/** Opens the engine for a deployment as the command line says. */
export function openDeployment(
  options: SharedOptions,
  { name, sink, signal }: { readonly name: string; readonly sink: EventSink; readonly signal: AbortSignal },
): Engine {
  const {
    state: stateFolder,
    images: imageLock,
    cache = defaultCache(process.env, process.getuid?.() === 0),
  } = options;
  return openEngine({
    stateFolder,
    deploymentName: name,
    identityFile: options.identity ?? defaultIdentityFile(process.env),
    providers: createProviders({
      stateFolder,
      cache,
      imageLock,
      acceptNewHostKeys: options.acceptNewHostKeys === true,
    }),
    parallel: options.parallel,
    sink,
    signal,
  });
}
