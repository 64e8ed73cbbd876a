import type { Reading } from "../provider.ts";
import { begin, type Session, type TargetOptions } from "../session.ts";
import { chosen } from "./choose.ts";
import { lookAt, type Look } from "./look.ts";

/**
 * Reads every component that the state knows: whether it is there, its drift and its health. Changes nothing.
 * What cannot be read is part of the answer.
 * @throws Failure `state-unreadable`, `target-unknown`
 */
export function status(session: Session, { targets }: TargetOptions): Promise<readonly Look<Reading>[]> {
  return begin(session, { verb: "status" }, (begun) =>
    lookAt(begun, {
      components: chosen(begun.state, targets),
      action: "read",
      outcome: "read",
      async ask(provider, context, component) {
        const reading = await provider.read(context);
        begun.run.emit({
          event: "component-status",
          component,
          exists: reading.exists,
          drift: reading.exists ? reading.drift : [],
          health: reading.exists ? reading.health : [],
          ...(reading.exists && reading.generation !== undefined ? { generation: reading.generation } : {}),
          ...(reading.exists && reading.freeBytes !== undefined ? { freeBytes: reading.freeBytes } : {}),
        });
        return reading;
      },
    }),
  );
}
