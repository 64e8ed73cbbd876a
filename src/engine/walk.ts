/** One step of a walk. */
export interface WalkNode {
  readonly component: string;
  /** Components that come first; those that are not part of the walk count as done. */
  readonly after: readonly string[];
}

/** How a walk is made. */
export interface WalkOptions<Node extends WalkNode> {
  readonly nodes: readonly Node[];
  /** How many nodes are visited at the same time, at most. */
  readonly parallel: number;
  /** After it is aborted no further node is visited; those under way are waited for. */
  readonly signal: AbortSignal;
  /** Throws when the node failed: what comes after it is left out, everything else goes on. */
  visit(node: Node): Promise<void>;
}

/** What a walk did not do. */
export interface Walked {
  /** What `visit` threw. */
  readonly failed: ReadonlyMap<string, unknown>;
  /** What was left out, and the failed component that is the reason. */
  readonly skipped: ReadonlyMap<string, string>;
  /** What was not begun because of the signal. */
  readonly untouched: readonly string[];
}

/** Visits every node after those that come before it, as many at a time as the data and `parallel` allow. */
export function walk<Node extends WalkNode>(options: WalkOptions<Node>): Promise<Walked> {
  const { nodes, parallel, signal, visit } = options;
  const known = new Map(nodes.map((node) => [node.component, node]));
  const missing = new Map<string, number>();
  const followers = new Map<string, Node[]>();
  for (const node of nodes) {
    const before = new Set(node.after.filter((component) => known.has(component)));
    missing.set(node.component, before.size);
    for (const component of before) followers.set(component, [...(followers.get(component) ?? []), node]);
  }
  const ready = nodes.filter((node) => missing.get(node.component) === 0);
  const failed = new Map<string, unknown>();
  const skipped = new Map<string, string>();
  const begun = new Set<string>();
  let next = 0;
  let running = 0;

  const release = (node: Node): void => {
    for (const follower of followers.get(node.component) ?? []) {
      const left = (missing.get(follower.component) ?? 0) - 1;
      missing.set(follower.component, left);
      if (left === 0 && !skipped.has(follower.component)) ready.push(follower);
    }
  };

  const leaveOut = (node: Node, because: string): void => {
    for (const follower of followers.get(node.component) ?? []) {
      if (skipped.has(follower.component)) continue;
      skipped.set(follower.component, because);
      leaveOut(follower, because);
    }
  };

  return new Promise((resolve) => {
    const advance = (): void => {
      while (running < parallel && !signal.aborted) {
        const node = ready[next];
        if (node === undefined) break;
        next += 1;
        running += 1;
        begun.add(node.component);
        // A visit that throws before its first await is a failed one like any other.
        void Promise.resolve(node)
          .then(visit)
          .then(
            () => release(node),
            (error: unknown) => {
              failed.set(node.component, error);
              leaveOut(node, node.component);
            },
          )
          .then(() => {
            running -= 1;
            advance();
          });
      }
      if (running > 0) return;
      const rest = nodes.map((node) => node.component);
      resolve({ failed, skipped, untouched: rest.filter((path) => !begun.has(path) && !skipped.has(path)) });
    };
    advance();
  });
}
