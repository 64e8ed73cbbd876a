import { connect } from "node:net";
import { Failure } from "../../model/failure.ts";
import { until } from "../local-machine/until.ts";

/** Milliseconds that one try may take. */
const patience = 3000;

/** Whether an SSH server greets there: RFC 4253 section 4.2. */
function greets(address: string, port: number, signal: AbortSignal): Promise<true | undefined> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: address, port, signal });
    let heard = "";
    const end = (greeted: true | undefined): void => {
      socket.destroy();
      if (signal.aborted) reject(signal.reason as Error);
      else resolve(greeted);
    };
    socket.setTimeout(patience, () => end(undefined));
    socket.on("data", (chunk) => {
      heard += chunk.toString("latin1");
      if (heard.includes("SSH-2.0-")) end(true);
    });
    socket.once("error", () => end(undefined));
    socket.once("close", () => end(undefined));
  });
}

/**
 * Waits until the SSH server of a new machine greets. cloud-init puts keys in place before that server starts.
 * @param options `details` gives what the machine printed while it booted, for the failure
 * @throws Failure `machine-unreachable`
 */
export async function awaitSsh(options: {
  readonly machine: string;
  readonly address: string;
  readonly port?: number | undefined;
  /** Milliseconds. */
  readonly timeout: number;
  readonly signal: AbortSignal;
  details(): Promise<readonly string[]>;
}): Promise<void> {
  const { machine, address, port = 22, timeout, signal } = options;
  if ((await until(() => greets(address, port, signal), { timeout, interval: 50, signal })) === true) return;
  throw new Failure({
    code: "machine-unreachable",
    attempted: `reach ${machine} over SSH`,
    subject: machine,
    found: `no SSH server greeted at ${address} within ${String(timeout / 1000)} s`,
    next: "Look whether the deployer's network leads there, and whether the image brings an SSH server and cloud-init.",
    details: await options.details(),
  });
}
