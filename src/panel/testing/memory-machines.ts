import { machine, type MachineInputs } from "../../catalogue/components/machine.ts";
import type { Provider } from "../../engine/provider.ts";
import { canonicalJson, type JsonObject } from "../../model/json.ts";

/** Machines that are only remembered, for tests of what stands above them. */
export interface MemoryMachines {
  readonly provider: Provider<MachineInputs>;
  /** Systems by component. */
  readonly systems: Map<string, JsonObject>;
  /** Awaited in the middle of every change; throws to make it fail. */
  during: (component: string, signal: AbortSignal) => Promise<void>;
  /** Names of health checks that fail. */
  readonly sick: Set<string>;
}

/** Makes a place without machines. */
export function memoryMachines(): MemoryMachines {
  const systems = new Map<string, JsonObject>();
  const outputs = (): JsonObject => ({ address: "203.0.113.9", generation: 1 });
  const machines: MemoryMachines = {
    systems,
    sick: new Set(),
    during: () => Promise.resolve(),
    provider: {
      type: machine,
      read({ component }) {
        const system = systems.get(component);
        if (system === undefined) return Promise.resolve({ exists: false });
        const health = Object.keys((system["health"] ?? {}) as JsonObject).map((name) => {
          const healthy = !machines.sick.has(name);
          return { name, healthy, text: healthy ? "answers" : "connection refused" };
        });
        return Promise.resolve({
          exists: true,
          outputs: outputs(),
          drift: [],
          health,
          generation: 1,
          freeBytes: 5_000_000_000,
        });
      },
      diff({ component, inputs }) {
        const known = systems.get(component);
        const wanted = inputs.system as unknown as JsonObject;
        if (known === undefined)
          return Promise.resolve({ kind: "create", changes: [{ verb: "add", what: component }], drift: [] });
        if (canonicalJson(known) === canonicalJson(wanted))
          return Promise.resolve({ kind: "same", outputs: outputs() });
        const changes = [{ verb: "change" as const, what: component }];
        return Promise.resolve({ kind: "update", changes, drift: [], outputs: outputs() });
      },
      async reconcile({ component, inputs, progress, signal }) {
        const known = systems.has(component);
        progress("packages", { text: "snac", done: 1, total: 2 });
        await machines.during(component, signal);
        systems.set(component, inputs.system as unknown as JsonObject);
        return { outcome: known ? "updated" : "created", outputs: outputs() };
      },
      async delete({ component, signal }) {
        await machines.during(component, signal);
        systems.delete(component);
      },
      purge: ({ component }) => Promise.resolve([`data of ${component}`]),
    },
  };
  return machines;
}
