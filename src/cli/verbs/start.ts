import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { inspect } from "node:util";
import type { FediversityConfig } from "../../catalogue/config.ts";
import { Failure, renderFailure } from "../../model/failure.ts";
import { databaseLocation, readSettings } from "../../panel/settings.ts";
import { startPanel, type RunningPanel } from "../../panel/start-panel.ts";
import { ensureBaseImage } from "../../providers/local-machine/base-image.ts";
import { checkComputer } from "../../providers/local-machine/check-computer.ts";
import { localEnvironment } from "../../providers/local-machine/local-environment.ts";
import { evaluateConfiguration } from "../load/evaluate-configuration.ts";
import { generatedPassword } from "../generated-password.ts";
import { openDeployment } from "../open-deployment.ts";
import { line } from "../rendering/line.ts";
import { count } from "../rendering/quantity.ts";
import { panelLines } from "../rendering/panel-lines.ts";
import { runVerb, type VerbContext } from "../run-verb.ts";
import type { SharedOptions } from "../shared-options.ts";
import { checkBefore } from "../starting/check-before.ts";
import { type FrontDoor, openFrontDoor } from "../starting/front-door.ts";
import { findMachineIn } from "../starting/find-machine.ts";
import { installPackages } from "../starting/install-packages.ts";
import { overviewLines, runningMachines } from "../starting/overview-lines.ts";
import { countRunning, stopMachines } from "../starting/stop-machines.ts";
import { interrupted } from "../terminal/interrupt.ts";
import { showSteps, type Steps } from "../terminal/steps.ts";

/** Options of `npm start`. */
export type StartOptions = Pick<SharedOptions, "configuration" | "environment" | "images" | "state"> & {
  readonly cache: string;
  readonly detach?: true | undefined;
};

async function refuseProblems(): Promise<void> {
  const [problem] = await checkComputer();
  if (problem !== undefined) throw new Failure(problem);
}

/** Installs and builds what is missing on this computer. */
async function setUp(
  steps: Steps,
  {
    cache,
    missing,
    signal,
  }: { readonly cache: string; readonly missing: readonly string[]; readonly signal: AbortSignal },
): Promise<void> {
  await steps.step("Debian packages", async (report) => {
    if (missing.length > 0) await installPackages(missing, report);
    signal.throwIfAborted();
    await refuseProblems();
    return missing.length === 0 ? "all there" : `installed ${missing.join(", ")}`;
  });
  await steps.step("Base image", async (report) => {
    const { id } = await ensureBaseImage({ cache, report, signal });
    return `${id} in ${cache}`;
  });
}

/** Says what runs where, and puts the machines' host keys where ssh can be told to look for them. */
async function sayWhatRuns(
  options: StartOptions,
  { name, applications }: { readonly name: string; readonly applications: readonly string[] },
  { output, signal }: VerbContext,
): Promise<FrontDoor | undefined> {
  const engine = openDeployment(options, { name, sink: output.quietSink, signal });
  const machines = runningMachines(await engine.state(), applications);
  const { identityFile } = localEnvironment(options.state, options.cache);
  const knownHostsFile = join(options.state, ".local", "known_hosts");
  await mkdir(join(options.state, ".local"), { recursive: true });
  const keys = machines.flatMap(({ address, hostKeys }) => hostKeys.map((key) => `${address} ${key}\n`));
  await writeFile(knownHostsFile, keys.join(""));
  const { configuration, environment = "" } = options;
  const statusCommand = `npm run fediversity -- status -c ${configuration} -e ${environment}`;
  // What is left alone afterwards has nobody to keep a door open.
  const door = options.detach === true ? undefined : await openFrontDoor(findMachineIn(options));
  output.say(overviewLines({ machines, identityFile, knownHostsFile, statusCommand, port: door?.port }));
  return door;
}

type Prepared = Awaited<ReturnType<typeof evaluateConfiguration>>;

async function bringUp(
  options: StartOptions,
  prepared: Prepared & Awaited<ReturnType<typeof checkBefore>>,
  context: VerbContext,
): Promise<FrontDoor | undefined> {
  const { cache } = options;
  const { output, signal } = context;
  const { config, deployment, given, release, missing } = prepared;
  const steps = showSteps(process.stdout);
  await steps.step("This computer", () => Promise.resolve(`${release}, root`));
  await setUp(steps, { cache, missing, signal });
  const { name } = deployment;
  const engine = openDeployment(options, { name, sink: output.sink, signal });
  const sayPassword = await generatedPassword(engine, deployment);
  try {
    await engine.apply(deployment, given);
  } finally {
    output.say(await sayPassword());
  }
  const applications = config.applications.map((application) => application.name);
  return await sayWhatRuns(options, { name, applications }, context);
}

/** Serves FediPanel beside what the configuration made; what keeps it from being served does not end the rest. */
async function servePanel(
  options: StartOptions,
  config: FediversityConfig,
  { output }: VerbContext,
): Promise<RunningPanel | undefined> {
  try {
    const folder = join(options.state, ".panel");
    const panel = await startPanel({
      folder,
      database: databaseLocation(join(folder, "database"), process.env),
      settings: readSettings({ demonstration: true, freeDomains: ["demo.localhost"] }, process.env),
      config,
      openDeployment: (deployment) => openDeployment(options, deployment),
      report: (error) => output.notice(inspect(error)),
    });
    output.say(panelLines(panel));
    return panel;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    output.notice(renderFailure(error.report));
    return undefined;
  }
}

async function takeDown({ state, cache }: StartOptions): Promise<void> {
  await showSteps(process.stdout).step("Stopping the machines", async () => {
    return `${count(await stopMachines(state, cache), "machine")} stopped`;
  });
}

/** Brings the local environment up, and down again at Ctrl-C. */
export function start(options: StartOptions): Promise<number> {
  const detach = options.detach === true;
  const atInterrupt = "Ending in order and stopping the machines. Ctrl-C again leaves at once.";
  return runVerb(
    {},
    {
      verb: "start",
      ...(detach ? {} : { atInterrupt }),
      prepare: () => evaluateConfiguration(options),
      async run(prepared, context) {
        const { output, signal } = context;
        const computer = await checkBefore(options);
        const before = await countRunning(options.state, options.cache);
        let door: FrontDoor | undefined;
        try {
          door = await bringUp(options, { ...prepared, ...computer }, context);
        } catch (error) {
          output.close();
          // Machines that ran before, perhaps for another start, are left as they were found.
          if (!detach && before === 0 && (await countRunning(options.state, options.cache)) > 0)
            await takeDown(options);
          throw error;
        }
        if (detach) {
          output.say([line("The machines go on running. `npm start` again finds them, and stops them at Ctrl-C.")]);
          return "done";
        }
        const panel = await servePanel(options, prepared.config, context);
        output.say([line("Ctrl-C stops the machines.")]);
        await interrupted(signal);
        await panel?.close();
        await door?.close();
        await takeDown(options);
        return "done";
      },
    },
  );
}
