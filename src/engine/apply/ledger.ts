import type { Json } from "../../model/json.ts";
import type { Run } from "../run.ts";
import type { EntryBody } from "../state/entry.ts";
import type { Journal } from "../state/journal.ts";
import type { State } from "../state/state.ts";

/** The journal as the work on components sees it: when it cannot be written, the run stops itself. */
export interface Ledger {
  readonly state: State;
  write(...bodies: readonly EntryBody[]): Promise<void>;
  /** Gives what a provider calls to remember something of a component. */
  rememberer(component: string): (memory: Json) => Promise<void>;
}

/** Lets a run write to its journal. */
export function ledger(run: Run, journal: Journal): Ledger {
  const write = async (...bodies: readonly EntryBody[]): Promise<void> => {
    try {
      await journal.append(...bodies);
    } catch (error) {
      run.stop(error);
      throw error;
    }
  };
  return {
    get state() {
      return journal.state;
    },
    write,
    rememberer: (component) => (memory) => write({ kind: "memory", component, memory }),
  };
}

/** A ledger for walks in which nothing is left to do: to write to it is a defect. */
export function closedLedger(state: State): Ledger {
  const refuse = (): Promise<never> =>
    Promise.reject(new Error("the state was to be written in a run that does nothing"));
  return { state, write: refuse, rememberer: () => refuse };
}
