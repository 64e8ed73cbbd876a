import { Failure } from "../../model/failure.ts";
import { isObject } from "../../model/json.ts";
import type { Client } from "./client.ts";

/** A long-running request as the API shows it: rest-api.md of Incus, "Background operation". */
export interface Operation {
  readonly id: string;
  readonly description: string;
  /** 103 running, 200 success, 400 failure, 401 cancelled; below 200 it goes on. */
  readonly status_code: number;
  readonly err: string;
  readonly resources?: { readonly [kind: string]: readonly string[] } | null;
  readonly metadata?: { readonly [name: string]: unknown } | null;
}

/** Seconds after which the server answers though the operation goes on: how often progress is told. */
const interval = 2;

/** What Incus says about how far an operation is, such as `Unpack: 45%`; undefined when it says nothing. */
function progressOf({ metadata }: Operation): string | undefined {
  const told = Object.entries(metadata ?? {}).find(([name, value]) => {
    return name.endsWith("_progress") && typeof value === "string";
  });
  return told === undefined ? undefined : String(told[1]);
}

function operationOf(metadata: unknown): Operation {
  return (isObject(metadata) ? metadata : {}) as unknown as Operation;
}

/** What following an operation needs. */
export interface Following {
  readonly client: Client;
  readonly project: string;
  readonly signal: AbortSignal;
  /** Called with what Incus says whenever it says so. */
  readonly onProgress: (text: string) => void;
}

/**
 * Follows an operation to its end. One that the server has forgotten already has ended: what it was about shows how.
 * @param id as the operation's path ends
 * @throws Failure `incus-operation-failed` with Incus's words
 */
export async function followOperation(following: Following, id: string, attempted: string): Promise<void> {
  const { client, project, signal, onProgress } = following;
  const path = `/1.0/operations/${id}`;
  const query = `project=${encodeURIComponent(project)}`;
  const ask = async (of: string): Promise<Operation> =>
    operationOf((await client.ask({ method: "GET", path: of }, attempted, signal)).metadata);
  for (;;) {
    let operation: Operation;
    try {
      operation = await ask(`${path}/wait?${query}&timeout=${String(interval)}`).catch((error: unknown) => {
        // Some versions answer a wait that came to its end with an error instead of the operation.
        if (!(error instanceof Failure) || !error.message.includes("context deadline exceeded")) throw error;
        return ask(`${path}?${query}`);
      });
    } catch (error) {
      if (error instanceof Failure && error.code === "incus-not-found") return;
      throw error;
    }
    const told = progressOf(operation);
    if (told !== undefined) onProgress(told);
    if (operation.status_code < 200) continue;
    if (operation.status_code === 200) return;
    throw new Failure({
      code: "incus-operation-failed",
      attempted,
      subject: client.server,
      found: `Incus answered: ${operation.err === "" ? operation.description : operation.err}`,
      next: "Mend what it names in the cluster or in the environment, then run the same command again.",
      details: [`operation ${id}: ${operation.description}`],
    });
  }
}

/** Names the operations on an instance that go on, whoever began them. */
export async function runningOperations(following: Following, instance: string): Promise<readonly string[]> {
  const { client, project, signal } = following;
  const path = `/1.0/operations?recursion=1&project=${encodeURIComponent(project)}`;
  const { metadata } = await client.ask({ method: "GET", path }, "look for operations that go on", signal);
  // By status, such as `running`.
  const all = isObject(metadata) ? (Object.values(metadata) as (readonly Operation[])[]) : [];
  return all
    .flat()
    .filter(({ status_code, resources }) => {
      const paths = Object.values(resources ?? {}).flat();
      return status_code < 200 && paths.some((one) => one.replace(/\?.*/, "").endsWith(`/instances/${instance}`));
    })
    .map(({ id }) => id);
}

/** Asks for something that takes long, and follows it. @returns once it is done */
export async function perform(
  following: Following,
  request: { readonly method: string; readonly path: string; readonly body?: unknown },
  attempted: string,
  begun: (operation: string) => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const answer = await following.client.ask(request, attempted, following.signal);
  if (answer.type !== "async") return;
  const id = answer.operation.replace(/\?.*/, "").split("/").at(-1) ?? "";
  await begun(id);
  await followOperation(following, id, attempted);
}
