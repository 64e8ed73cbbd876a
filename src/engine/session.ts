import type { Deployment } from "../model/deployment.ts";
import type { Clock } from "./clock.ts";
import type { EventSink, Verb } from "./event.ts";
import type { Providers } from "./graph.ts";
import { redactor } from "./secrets/redactor.ts";
import { conduct, type Run } from "./run.ts";
import { openVault, type Vault } from "./secrets/vault.ts";
import { openJournal, type Journal } from "./state/journal.ts";
import type { Leases } from "./state/lease.ts";
import { readJournal, type JournalPlace } from "./state/read-journal.ts";
import { emptyState, type State } from "./state/state.ts";
import { nameOf, thisProcess } from "./state/holder.ts";

/** What every verb works with. */
export interface Session {
  readonly place: JournalPlace;
  readonly leases: Leases;
  readonly identityFile: string;
  readonly providers: Providers;
  readonly parallel: number;
  readonly clock: Clock;
  readonly sink: EventSink;
  readonly signal: AbortSignal | undefined;
}

/** What a verb has at hand while it runs. */
export interface Begun {
  readonly run: Run;
  /** The state when the verb began. */
  readonly state: State;
  readonly vault: Vault;
}

/** Values of the secrets that the operator gives, by name. */
export type Given = { readonly [name: string]: string };

/** Limits a run to some components. */
export interface TargetOptions {
  /** Paths of components. */
  readonly targets?: readonly string[] | undefined;
}

/** Which verb runs, and for what. */
export interface Conduct {
  readonly verb: Verb;
  /** Without it, the secrets are those that the state holds. */
  readonly deployment?: Deployment | undefined;
  readonly given?: Given | undefined;
}

/** Reads the state; that of a deployment nothing was ever done for is empty. */
export async function readState(session: Session): Promise<State> {
  return (await readJournal(session.place))?.state ?? emptyState;
}

/** Runs a verb on what the state says. */
export async function begin<Result>(
  session: Session,
  { verb, deployment, given = {} }: Conduct,
  body: (conducted: Begun) => Promise<Result>,
): Promise<Result> {
  const state = await readState(session);
  const hidden = redactor();
  const components = new Set([...Object.keys(deployment?.components ?? {}), ...Object.keys(state.components)]);
  return conduct(
    { ...session, verb, deployment: session.place.deployment, redactor: hidden },
    [...components].toSorted(),
    async (run) => {
      const vault = await openVault({
        declarations: deployment?.secrets ?? {},
        stored: state.secrets,
        given,
        identityFile: session.identityFile,
        redactor: hidden,
      });
      return body({ run, state, vault });
    },
  );
}

/** Closes after the body has ended, in whatever way; when both fail, the body's failure is the one that matters. */
async function thenClose<Result>(body: () => Promise<Result>, close: () => Promise<void>): Promise<Result> {
  let result: Result;
  try {
    result = await body();
  } catch (error) {
    await close().catch(() => undefined);
    throw error;
  }
  await close();
  return result;
}

/**
 * Holds the lease and the open journal while `body` works. `body` gets the state as it is under the lease.
 * @throws Failure `lease-held`, `state-unreadable`
 */
export async function change<Result>(
  session: Session,
  { run, state }: Begun,
  body: (journal: Journal) => Promise<Result>,
): Promise<Result> {
  const note = (text: string): void => run.emit({ event: "note", text });
  const lease = await session.leases.take(state.fence, note);
  return thenClose(
    async () => {
      const guard = (): Promise<void> => lease.check();
      const { fence } = lease;
      const journal = await openJournal({ ...session.place, fence, clock: session.clock, guard, note });
      return thenClose(
        () => body(journal),
        () => journal.close(),
      );
    },
    () => lease.release(),
  );
}

/** Who does it, for the journal. */
export function actor(): string {
  return nameOf(thisProcess());
}
