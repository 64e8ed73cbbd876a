import type { FediversityConfig } from "../catalogue/config.ts";
import type { Engine } from "../engine/engine.ts";
import type { EventSink } from "../engine/event.ts";
import type { AskNameServers } from "./configurations/delegation.ts";
import type { Queries } from "./database/database.ts";
import type { Keys } from "./keys.ts";
import type { Queue } from "./runs/queue.ts";
import type { RunWatch } from "./runs/run-watch.ts";
import type { PanelSettings } from "./settings.ts";

/** Opens the engine for the deployment of a domain. */
export type OpenDeployment = (options: {
  readonly name: string;
  readonly sink: EventSink;
  readonly signal: AbortSignal;
}) => Engine;

/** Everything that a page or a job of the panel works with. */
export interface Panel {
  readonly queries: Queries;
  readonly keys: Keys;
  readonly settings: PanelSettings;
  /** The hosting provider's applications, environments and policies. */
  readonly config: FediversityConfig;
  readonly openDeployment: OpenDeployment;
  readonly queue: Queue;
  readonly watch: RunWatch;
  /** Looks delegations up. */
  readonly askNameServers: AskNameServers;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Takes errors that nobody waits for. */
  readonly report: (error: unknown) => void;
}
