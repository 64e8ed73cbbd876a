import { findCycle } from "../graph.ts";
import type { State } from "../state/state.ts";
import type { PlanNode } from "./plan.ts";

/**
 * Gives for each of these components those that use it, as far as the state knows.
 * @param pathNow the path by which a user goes in the walk that is planned; `undefined` when it has no part in it
 */
export function usersOf(
  components: State["components"],
  used: readonly string[],
  pathNow: (user: string) => string | undefined,
): ReadonlyMap<string, readonly string[]> {
  const users = new Map<string, string[]>(used.map((path) => [path, []]));
  for (const [user, { dependencies }] of Object.entries(components)) {
    const now = pathNow(user);
    if (now === undefined) continue;
    for (const path of dependencies) if (path !== user) users.get(path)?.push(now);
  }
  // What the state remembers comes from several runs, and need not fit together: an order that cannot be kept is given up.
  for (let cycle = findCycle(users); cycle !== undefined; cycle = findCycle(users)) {
    const [first = "", second] = cycle;
    users.set(
      first,
      (users.get(first) ?? []).filter((user) => user !== second),
    );
  }
  return users;
}

/**
 * Plans what has to go: each component after everything that used it has gone as well or has let go of it.
 * @param nodes what is planned already
 */
export function planDeletions(state: State, gone: readonly string[], nodes: readonly PlanNode[]): readonly PlanNode[] {
  const pathNow = new Map(nodes.map((node) => [node.from ?? node.component, node.component]));
  for (const path of gone) pathNow.set(path, path);
  const users = usersOf(state.components, gone, (user) => pathNow.get(user));
  const ordered = new Set<string>();
  const visit = (path: string): void => {
    if (ordered.has(path)) return;
    for (const user of users.get(path) ?? []) if (users.has(user)) visit(user);
    ordered.add(path);
  };
  for (const path of gone.toSorted()) visit(path);
  return [...ordered].map((path) => ({
    component: path,
    type: state.components[path]?.type ?? "",
    action: "delete",
    because:
      state.components[path]?.status === "deleting" ? "the last run ended while deleting it" : "no longer wanted",
    changes: [],
    drift: [],
    after: [...(users.get(path) ?? [])].toSorted(),
  }));
}

/**
 * Lets a component that comes wait for those of its type that go, where it cannot be known yet whether they are about
 * the same thing outside, as far as that makes no circle: what was just made must not be taken for what has to go.
 * @param couldBeSame whether components of a type can be about the same thing
 */
export function deleteFirst(
  nodes: readonly PlanNode[],
  state: State,
  couldBeSame: (type: string) => boolean,
): readonly PlanNode[] {
  const after = new Map(nodes.map((node) => [node.component, node.after]));
  const unclear = nodes.filter(
    ({ component, action, type, from, changes }) =>
      action === "create" &&
      changes.length === 0 &&
      from === undefined &&
      couldBeSame(type) &&
      !(component in state.components),
  );
  for (const { component, type } of unclear) {
    for (const going of nodes) {
      if (going.action !== "delete" || going.type !== type) continue;
      const before = after.get(component) ?? [];
      after.set(component, [...before, going.component]);
      if (findCycle(after) !== undefined) after.set(component, before);
    }
  }
  return nodes.map((node) => ({ ...node, after: after.get(node.component) ?? [] }));
}
