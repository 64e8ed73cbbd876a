import assert from "node:assert/strict";
import { test } from "node:test";
import type { FailureReport } from "../../model/failure.ts";
import { Failure } from "../../model/failure.ts";
import { endingFailure, followActivation, type Ending } from "./follow-activation.ts";
import type { ActivationContext } from "./stage-generation.ts";
import { type Answers, fakeSession } from "./testing/fake-session.ts";

interface Followed {
  readonly ending: Ending;
  readonly said: readonly string[];
}

async function follow(...answers: Answers): Promise<Followed> {
  const said: string[] = [];
  const context = {
    component: "machine/a",
    progress: (phase: string, detail?: { text?: string }) =>
      said.push(detail?.text === undefined ? phase : `${phase}: ${detail.text}`),
  } as unknown as ActivationContext;
  const ending = await followActivation(fakeSession(answers), context, () => said.push("(health begins)"));
  return { ending, said };
}

async function failureOf(...answers: Answers): Promise<FailureReport> {
  const { report } = endingFailure((await follow(...answers)).ending, "machine/a");
  assert.equal(report.subject, "machine/a");
  assert.equal(report.attempted, "activate a generation");
  assert.ok(report.next !== "");
  return report;
}

test("an activation that waits for its confirmation", async () => {
  const { ending, said } = await follow(
    ...["phase arm", "phase packages", "phase switch", "units start web.service db.service ", "phase health"],
    ...["weather fine", "end awaiting 7", "end"],
  );
  assert.deepEqual(ending, { verdict: "awaiting", words: ["7"], unfit: [], details: [], refused: undefined });
  assert.deepEqual(said, [
    "arm",
    "packages",
    "switch",
    "start: start web.service db.service",
    "health",
    "(health begins)",
  ]);
});

test("an unhealthy one: which check, which unit, the journal, and where the machine is now", async () => {
  const report = await failureOf(
    ...[
      "phase health",
      "unfit health web HTTP status 503, expected 200",
      "unfit health db ",
      "unfit web.service failed-exit-code",
    ],
    ...["detail web.service: cannot open /srv", "phase roll-back", "end rolled-back 7 6 unhealthy"],
    ...["stderr Job for web.service failed.", "end"],
  );
  assert.equal(report.code, "rolled-back");
  assert.equal(
    report.found,
    "health check web did not pass in time: HTTP status 503, expected 200; " +
      "health check db did not pass in time: no answer; unit web.service is failed-exit-code. " +
      "The machine went back to generation 6, which is healthy; generation 7 is kept for inspection",
  );
  assert.deepEqual(report.details, ["web.service: cannot open /srv", "Job for web.service failed."]);
});

test("a switch that failed before anything was judged shows what its commands said", async () => {
  const report = await failureOf(
    "phase users",
    "end rolled-back 7 6 unhealthy",
    "stderr usermod: no such group",
    "end",
  );
  assert.equal(report.code, "rolled-back");
  assert.match(report.found, /^the switch itself failed, as the lines say\. The machine went back to generation 6/);
  assert.deepEqual(report.details, ["usermod: no such group"]);
});

test("what is refused before anything was switched keeps its own code", async () => {
  const report = await failureOf(
    ...["phase check", "refused unit-invalid web.service", "end rolled-back 7 6 refused"],
    ...["stderr web.service:3: Unknown key", "end"],
  );
  assert.equal(report.code, "unit-invalid");
  assert.match(report.found, /web\.service/);
  assert.deepEqual(report.details, ["web.service:3: Unknown key"]);
});

test("one that never began, since the machine had moved or another one was at it", async () => {
  const moved = await failureOf("end refused base-moved generation 9 is in force, not 6", "end");
  assert.equal(moved.code, "base-moved");
  assert.match(moved.found, /generation 9 is in force, not 6/);
  assert.equal((await failureOf("end refused locked another deployer", "end")).code, "locked");
});

test("a machine that could not even go back needs a person, whatever it last said", async () => {
  const broken = await failureOf("unfit web.service failed-exit-code", "end broken 7 6 unhealthy", "end");
  assert.equal(broken.code, "rollback-failed");
  assert.match(broken.found, /^unit web\.service is failed-exit-code\..*"broken"/);
});

test("an activation that was killed goes back by itself, and that is said", async () => {
  assert.equal((await failureOf("phase start", "end crashed 7", "end")).code, "activation-killed");
  assert.equal((await failureOf("phase start", "end")).code, "activation-killed");
});

test("a refusal and a connection that breaks end the following at once", async () => {
  const coded = (code: string) => (error: unknown) => error instanceof Failure && error.code === code;
  await assert.rejects(follow("phase arm", "error disk-full 2 1", "end"), coded("disk-full"));
  await assert.rejects(follow("phase arm", "phase health", "end awaiting 7"), coded("machine-unreachable"));
});
