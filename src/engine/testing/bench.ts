import { emptyState, type State } from "../state/state.ts";
import type { Leases } from "../state/lease.ts";
import type { EngineEvent, StampedEvent } from "../event.ts";
import { openEngine, type Engine, type EngineOptions } from "../engine.ts";
import { memoryDisk, type MemoryDisk } from "./memory-disk.ts";
import { makeWorld, type World } from "./world.ts";

/** Leases within one process: nobody else is there. */
function ownLeases(): Leases {
  let fence = 0;
  return {
    look: () => Promise.resolve(),
    take(above) {
      fence = Math.max(above, fence) + 1;
      return Promise.resolve({ fence, check: () => Promise.resolve(), release: () => Promise.resolve() });
    },
  };
}

/** An engine over a world of things and a disk in memory. */
export interface Bench {
  readonly world: World;
  readonly disk: MemoryDisk;
  readonly engine: Engine;
  readonly events: StampedEvent[];
  /** The events of one kind. */
  of<Kind extends EngineEvent["event"]>(kind: Kind): readonly Extract<StampedEvent, { event: Kind }>[];
}

/** Sets one up. */
export function makeBench(options: Partial<EngineOptions> = {}): Bench {
  const world = makeWorld();
  const disk = memoryDisk();
  const events: StampedEvent[] = [];
  const engine = openEngine({
    stateFolder: "/state",
    deploymentName: "example.org",
    identityFile: "/nowhere/identity",
    providers: [world.provider],
    sink: (event) => events.push(event),
    disk,
    leases: ownLeases(),
    ...options,
  });
  const of: Bench["of"] = (kind) => events.filter((event) => event.event === kind) as never;
  return { world, disk, engine, events, of };
}

/** A state that holds these components. */
export function stateWith(components: State["components"]): State {
  return { ...emptyState, sequence: 7, components };
}
