import type { GenerationReading } from "../provider.ts";
import { begin, type Session, type TargetOptions } from "../session.ts";
import { chosen } from "./choose.ts";
import { lookAt, type Look } from "./look.ts";

/**
 * Lists the generations that components remember; those of types without generations are left out.
 * @throws Failure `state-unreadable`, `target-unknown`
 */
export function generations(
  session: Session,
  { targets }: TargetOptions,
): Promise<readonly Look<readonly GenerationReading[]>[]> {
  return begin(session, { verb: "status" }, (begun) =>
    lookAt(begun, {
      components: chosen(begun.state, targets).filter(
        (path) => begun.run.providers.get(begun.state.components[path]?.type ?? "")?.generations !== undefined,
      ),
      action: "read",
      outcome: "read",
      ask: async (provider, context) => (await provider.generations?.(context)) ?? [],
    }),
  );
}
