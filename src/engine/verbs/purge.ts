import { referencesIn } from "../../model/reference.ts";
import { attempt } from "../apply/attempt.ts";
import { ledger, type Ledger } from "../apply/ledger.ts";
import { report } from "../apply/report.ts";
import { finishRun, runStarted } from "../apply/under-lease.ts";
import { removalContext } from "../context.ts";
import { perform, visitAll, visitEach } from "../perform.ts";
import { usersOf } from "../plan/deletions.ts";
import type { Run } from "../run.ts";
import type { Vault } from "../secrets/vault.ts";
import { begin, change, type Session } from "../session.ts";
import type { EntryBody } from "../state/entry.ts";
import type { ComponentState, State } from "../state/state.ts";
import type { WalkNode } from "../walk.ts";

/** What a purge deleted, or would delete, of one component. */
export interface Purged {
  readonly component: string;
  /** In words. */
  readonly deleted: readonly string[];
}

function everything(state: State): Readonly<Record<string, ComponentState>> {
  return { ...state.kept, ...state.components };
}

/** What used another component comes first, as in destroy. */
function order(run: Run, state: State): readonly WalkNode[] {
  const all = everything(state);
  const able = Object.keys(all).filter((path) => run.providers.get(all[path]?.type ?? "")?.purge !== undefined);
  const users = usersOf(all, able, (user) => (able.includes(user) ? user : undefined));
  return able.map((component) => ({ component, after: users.get(component) ?? [] }));
}

function isPermanent({ secrets }: State, name: string): boolean {
  const { declaration } = secrets[name] ?? {};
  return declaration !== undefined && "permanent" in declaration;
}

/**
 * Secrets that nothing refers to any more: no component, no kept data, no deployment that is in use. Permanent ones stay
 * as long as there are components, which may run what they had before: data that they alone can read is there then.
 */
function unusedSecrets(state: State): readonly EntryBody[] {
  const isInUse = Object.keys(state.components).length > 0;
  const declared = isInUse ? (state.deployment?.secrets ?? {}) : {};
  const used = new Set([
    ...Object.keys(declared),
    ...Object.values(everything(state)).flatMap(({ inputs }) =>
      referencesIn(inputs).flatMap((reference) => ("$secret" in reference ? [reference.$secret] : [])),
    ),
  ]);
  return Object.keys(state.secrets)
    .filter((name) => !used.has(name) && !(isInUse && isPermanent(state, name)))
    .map((name) => ({ kind: "secret-dropped", name }));
}

async function purgeOne(
  run: Run,
  { book, vault, component }: { book: Ledger; vault: Vault; component: string },
): Promise<Purged> {
  const prior = everything(book.state)[component];
  const provider = run.providers.get(prior?.type ?? "");
  if (prior === undefined || provider === undefined) return { component, deleted: [] };
  const all = everything(book.state);
  const context = removalContext(run, { component, secrets: vault, prior, all, rememberOf: book.rememberer });
  const deleted = await attempt(run, book, {
    component,
    action: "purge",
    intent: [{ kind: "intent", component, type: prior.type, action: "purge" }],
    work: async () => (await provider.purge?.(context, { dryRun: false })) ?? [],
    outcome: () => "purged",
    entry: (_, duration) => ({ kind: "purged", component, duration }),
  });
  return { component, deleted };
}

async function foresee(run: Run, state: State, vault: Vault): Promise<readonly Purged[]> {
  const found: Purged[] = [];
  const walked = await visitEach(
    run,
    order(run, state).map(({ component }) => component),
    async (component) => {
      const prior = everything(state)[component];
      const provider = run.providers.get(prior?.type ?? "");
      if (prior === undefined) return;
      // What is switched on to be looked at leaves no note: nothing is written here.
      const rememberOf = () => () => Promise.resolve();
      const context = removalContext(run, { component, secrets: vault, prior, all: everything(state), rememberOf });
      const deleted = await perform(run, { component, action: "read", outcome: () => "read" }, async () => {
        return (await provider?.purge?.(context, { dryRun: true })) ?? [];
      });
      found.push({ component, deleted });
    },
  );
  report(run, walked);
  return found;
}

/**
 * Deletes the data that was kept when components were removed, and the secrets that nothing needs any more.
 * @param options `dryRun`: only says what would be deleted, without a lease and without writing
 * @throws Failure `lease-held`, `components-failed`, `interrupted`
 */
export function purge(session: Session, options: { readonly dryRun: boolean }): Promise<readonly Purged[]> {
  return begin(session, { verb: "purge" }, async (begun) => {
    const { run, state, vault } = begun;
    const sorted = (found: readonly Purged[]): readonly Purged[] =>
      found.filter(({ deleted }) => deleted.length > 0).toSorted((a, b) => (a.component < b.component ? -1 : 1));
    if (options.dryRun) return sorted(await foresee(run, state, vault));
    await session.leases.look();
    if (order(run, state).length === 0 && unusedSecrets(state).length === 0) return [];
    return change(session, begun, async (journal) => {
      const book = ledger(run, journal);
      await book.write(runStarted(run));
      const found: Purged[] = [];
      const walked = await visitAll(run, order(run, journal.state), async ({ component }) => {
        found.push(await purgeOne(run, { book, vault, component }));
      });
      // What was not purged may be data of an application that is switched off, which its secrets alone can read.
      const isWhole = walked.failed.size + walked.skipped.size + walked.untouched.length === 0;
      if (run.stopped === undefined && isWhole) {
        const dropped = unusedSecrets(book.state);
        if (dropped.length > 0) await book.write(...dropped);
      }
      await finishRun(run, book);
      report(run, walked);
      return sorted(found);
    });
  });
}
