/**
 * The test driver for authors of modules: checks on real machines of their own.
 * @module
 */
export { checkComputer } from "../../src/providers/local-machine/check-computer.ts";
export type { ExecOptions } from "../../src/providers/local-machine/exec-in-machine.ts";
export type { SshKey } from "../../src/providers/local-machine/host-key.ts";
export type { MachineFile } from "../../src/providers/local-machine/machine-files.ts";
export type { Bind } from "../../src/providers/local-machine/machine-record.ts";
export type { RunResult } from "../../src/providers/process/run.ts";
export { defineCheck, runCheck, type Check, type CheckOptions, type Chosen, type OwnOption } from "./check.ts";
export type { Command } from "./command.ts";
export { createLab, type Lab, type LabOptions } from "./lab.ts";
export { checkProgram, runChecks } from "./run-checks.ts";
export type { SubtestResult } from "./subtest.ts";
export type { TestMachine, TestMachineOptions, WaitOptions } from "./test-machine.ts";
