import { z } from "zod";
import { defineComponentType } from "../../model/component.ts";
import type { Deployment } from "../../model/deployment.ts";
import { Failure } from "../../model/failure.ts";
import type { JsonObject } from "../../model/json.ts";
import type { Provider } from "../provider.ts";

/** A thing outside, as the tests' provider makes it. */
export interface Thing {
  readonly id: string;
  readonly value: string;
  /** Ids of the things that it uses. */
  readonly uses: readonly string[];
}

const Inputs = z.object({ value: z.string(), uses: z.array(z.string()).default([]), secret: z.unknown().optional() });
type Inputs = z.output<typeof Inputs>;

/** The type of things. */
const thing = defineComponentType({
  name: "thing",
  description: "Something outside",
  inputs: Inputs,
  outputs: z.object({ id: z.string() }),
});

/** An outside for tests, which notices when it is used in the wrong order. */
export interface World {
  readonly things: Map<string, Thing>;
  /** What must never happen. */
  readonly violations: string[];
  /** Every effect, in order: `create thing/a`. */
  readonly log: string[];
  readonly provider: Provider<Inputs>;
  /** Called at every step of every call; throws to make it fail there. */
  step: (where: string, component: string) => void | Promise<void>;
  /** What the last call about a component was told to watch. */
  readonly signals: Map<string, AbortSignal>;
  /** How many calls are under way, and the most there ever were. */
  readonly load: { now: number; most: number };
}

/** Makes an empty world. */
export function makeWorld(): World {
  const things = new Map<string, Thing>();
  const violations: string[] = [];
  const log: string[] = [];
  const load = { now: 0, most: 0 };
  const signals = new Map<string, AbortSignal>();
  let made = 0;

  const call = async <T>(name: string, component: string, body: () => Promise<T>): Promise<T> => {
    load.now += 1;
    load.most = Math.max(load.most, load.now);
    try {
      await world.step(`before ${name}`, component);
      const result = await body();
      await world.step(`after ${name}`, component);
      return result;
    } finally {
      load.now -= 1;
    }
  };
  const checkUses = (component: string, uses: readonly string[]): void => {
    const ids = [...things.values()].map(({ id }) => id);
    for (const id of uses) if (!ids.includes(id)) violations.push(`${component} uses ${id}, which is not there`);
  };

  const provider: Provider<Inputs> = {
    type: thing,
    read: ({ component, prior }) =>
      call("read", component, async () => {
        const known = things.get(component);
        if (known === undefined) return { exists: false };
        const wanted = Inputs.parse(prior.inputs);
        const drift = known.value === wanted.value ? [] : [`value is ${known.value}`];
        return { exists: true, outputs: { id: known.id }, drift, health: [] };
      }),
    diff: ({ component, inputs, prior }) =>
      call("diff", component, async () => {
        const known = things.get(component);
        if (known === undefined) return { kind: "create", changes: [{ verb: "add", what: component }], drift: [] };
        const outputs = { id: known.id };
        const asWanted = known.value === inputs.value && known.uses.join() === inputs.uses.join();
        if (asWanted) return { kind: "same", outputs };
        const before = prior === undefined ? undefined : Inputs.parse(prior.inputs);
        const drift = before !== undefined && before.value !== known.value ? [`value is ${known.value}`] : [];
        return { kind: "update", changes: [{ verb: "change", what: component }], drift, outputs };
      }),
    reconcile: ({ component, inputs, remember, signal }) => {
      signals.set(component, signal);
      return call("reconcile", component, async () => {
        const known = things.get(component);
        checkUses(component, inputs.uses);
        if (known !== undefined) {
          const asWanted = known.value === inputs.value && known.uses.join() === inputs.uses.join();
          things.set(component, { id: known.id, value: inputs.value, uses: inputs.uses });
          if (!asWanted) log.push(`update ${component}`);
          return { outcome: asWanted ? "unchanged" : "updated", outputs: { id: known.id } };
        }
        made += 1;
        const id = `${component}#${String(made)}`;
        things.set(component, { id, value: inputs.value, uses: inputs.uses });
        log.push(`create ${component}`);
        await world.step("made", component);
        await remember({ id });
        await world.step("remembered", component);
        return { outcome: "created", outputs: { id }, memory: { id } };
      });
    },
    delete: ({ component }) =>
      call("delete", component, async () => {
        const known = things.get(component);
        if (known === undefined) return;
        for (const [user, { uses }] of things) {
          if (uses.includes(known.id)) violations.push(`${component} was deleted while ${user} used it`);
        }
        things.delete(component);
        log.push(`delete ${component}`);
      }),
  };
  const world: World = { things, violations, log, provider, load, signals, step: () => undefined };
  return world;
}

/** What the tests say of a thing: its value and the names of the things that it uses. */
export type Wanted = Readonly<Record<string, { readonly value: string; readonly uses?: readonly string[] }>>;

/** Makes a deployment of things. */
export function deploymentOf(wanted: Wanted, extra: Partial<Deployment> = {}): Deployment {
  const components = Object.entries(wanted).map(([name, { value, uses = [] }]) => {
    const inputs: JsonObject = { value, uses: uses.map((used) => ({ $output: `thing/${used}`, path: "id" })) };
    return [`thing/${name}`, { type: "thing", inputs }] as const;
  });
  return {
    name: "example.org",
    environment: "test",
    components: Object.fromEntries(components),
    secrets: {},
    ...extra,
  };
}

/** A failure that the outside answers with. */
export function refusal(text: string): Failure {
  return new Failure({ code: "outside", attempted: "try", found: text, next: "Try again." });
}
