import { join } from "node:path";
import type { Deployment } from "../model/deployment.ts";
import { Failure } from "../model/failure.ts";
import { steadyClock, type Clock } from "./clock.ts";
import type { EventSink } from "./event.ts";
import type { Plan } from "./plan/plan.ts";
import type { GenerationReading, Provider, Reading } from "./provider.ts";
import type { RunSummary } from "./run.ts";
import { readState, type Given, type Session, type TargetOptions } from "./session.ts";
import { disk as realDisk, type Disk } from "./state/disk.ts";
import { leases as leasesIn, type Leases } from "./state/lease.ts";
import type { State } from "./state/state.ts";
import { amend, type AmendOptions } from "./verbs/amend.ts";
import { apply } from "./verbs/apply.ts";
import { destroy, planDestroy, type DestroyOptions } from "./verbs/destroy.ts";
import { doctor, type Examined } from "./verbs/doctor.ts";
import { generations } from "./verbs/generations.ts";
import type { Look } from "./verbs/look.ts";
import { plan } from "./verbs/plan.ts";
import { purge, type Purged } from "./verbs/purge.ts";
import { reveal } from "./verbs/reveal.ts";
import { rollback, type RollbackOptions } from "./verbs/rollback.ts";
import { rotate } from "./verbs/rotate.ts";
import { status } from "./verbs/status.ts";

/** What an engine is opened with. */
export interface EngineOptions {
  /** Folder with the states of all deployments. */
  readonly stateFolder: string;
  readonly deploymentName: string;
  /** File of the age identity that opens the secrets; made when the first secret is. */
  readonly identityFile: string;
  readonly providers: readonly Provider[];
  /** How many components are worked on at the same time, at most; 32 when not given. */
  readonly parallel?: number | undefined;
  readonly sink: EventSink;
  /** Aborted to end a run: nothing new is begun, what is under way gets to know. */
  readonly signal?: AbortSignal | undefined;
  readonly clock?: Clock | undefined;
  /** The file system that holds the journal. */
  readonly disk?: Disk | undefined;
  readonly leases?: Leases | undefined;
}

/** Everything that can be done with one deployment. What is wrong is thrown as a Failure without secrets. */
export interface Engine {
  plan(deployment: Deployment, given: Given, options?: TargetOptions): Promise<Plan>;
  planDestroy(options?: TargetOptions): Promise<Plan>;
  /** Carries out a plan, exactly that; or plans and carries out at once. */
  apply(wanted: Plan | Deployment, given: Given, options?: TargetOptions): Promise<RunSummary>;
  status(options?: TargetOptions): Promise<readonly Look<Reading>[]>;
  destroy(options?: DestroyOptions): Promise<RunSummary>;
  purge(options?: { readonly dryRun?: boolean }): Promise<readonly Purged[]>;
  rollback(options?: RollbackOptions): Promise<RunSummary>;
  generations(options?: TargetOptions): Promise<readonly Look<readonly GenerationReading[]>[]>;
  doctor(deployment: Deployment, given: Given, options?: TargetOptions): Promise<readonly Examined[]>;
  rotate(deployment: Deployment, given: Given, options: { readonly secrets: readonly string[] }): Promise<RunSummary>;
  /** The value of a secret, for those who may open the identity. It goes to the caller alone, never into an event. */
  reveal(secret: string): Promise<string>;
  /** Corrects what the state remembers for the provider of a component. */
  amend(options: AmendOptions): Promise<RunSummary>;
  /** What is known, without asking anybody. */
  state(): Promise<State>;
}

function checkName(name: string): void {
  if (/^[a-z0-9][a-z0-9._-]{0,252}$/i.test(name)) return;
  throw new Failure({
    code: "deployment-name-invalid",
    attempted: "find the state of a deployment",
    subject: name,
    found: "it cannot be the name of a folder",
    next: "Use a domain name.",
  });
}

function checkDeploymentName(deployment: Deployment, name: string): void {
  if (deployment.name === name) return;
  throw new Failure({
    code: "deployment-name-invalid",
    attempted: `work on ${name}`,
    subject: deployment.name,
    found: `this is the deployment of ${deployment.name}, the state is that of ${name}`,
    next: "Open the engine for the deployment that it is to work on.",
  });
}

/**
 * Opens the engine for one deployment. Does nothing by itself; each verb reads the state anew.
 * @throws Failure `deployment-name-invalid`
 */
export function openEngine(options: EngineOptions): Engine {
  const { stateFolder, deploymentName, identityFile, sink, signal, parallel = 32, clock = steadyClock } = options;
  checkName(deploymentName);
  const folder = join(stateFolder, deploymentName);
  const leaseFolder = join(stateFolder, ".leases", deploymentName);
  const session: Session = {
    place: { disk: options.disk ?? realDisk, folder, deployment: deploymentName },
    leases: options.leases ?? leasesIn({ folder: leaseFolder, deployment: deploymentName }),
    identityFile,
    providers: new Map(options.providers.map((provider) => [provider.type.name, provider])),
    parallel,
    clock,
    sink,
    signal,
  };
  const checked = (deployment: Deployment): Deployment => {
    checkDeploymentName(deployment, deploymentName);
    return deployment;
  };
  return {
    plan: async (deployment, given, limits = {}) => plan(session, checked(deployment), given, limits),
    planDestroy: (limits = {}) => planDestroy(session, limits),
    async apply(wanted, given, limits = {}) {
      checked("nodes" in wanted ? wanted.deployment : wanted);
      return apply(session, wanted, given, limits);
    },
    status: (limits = {}) => status(session, limits),
    destroy: (limits = {}) => destroy(session, limits),
    purge: ({ dryRun = false } = {}) => purge(session, { dryRun }),
    rollback: (limits = {}) => rollback(session, limits),
    generations: (limits = {}) => generations(session, limits),
    doctor: async (deployment, given, limits = {}) => doctor(session, checked(deployment), given, limits),
    rotate: async (deployment, given, limits) => rotate(session, checked(deployment), given, limits),
    reveal: (secret) => reveal(session, secret),
    amend: (options) => amend(session, options),
    state: () => readState(session),
  };
}
