import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../../../model/json.ts";
import type { RunStatus } from "../../../database/tables.ts";
import { textsFor } from "../../../texts/texts.ts";
import { applicationState, stateTone } from "./application-state.ts";

const on: JsonObject = { applications: { snac: { enable: true } } };
const off: JsonObject = { applications: { snac: { enable: false } } };
const seen = (healthy: boolean, unreachable: readonly string[] = []): JsonObject => ({
  applications: { snac: { healthy, complaints: [] } },
  unreachable,
});
const lost: JsonObject = { applications: {}, unreachable: ["machine: no answer"] };
const run = (status: RunStatus, configuration: JsonObject) => ({ status, configuration });

const cases = [
  ["staged", { deployed: null, staged: on, health: null }, undefined],
  ["staged", { deployed: off, staged: on, health: null }, undefined],
  ["staged", { deployed: null, staged: on, health: null }, run("cancelled", on)],
  ["staged", { deployed: null, staged: on, health: null }, run("failed", off)],
  ["failed", { deployed: null, staged: on, health: null }, run("failed", on)],
  ["deploying", { deployed: null, staged: on, health: null }, run("queued", on)],
  ["deploying", { deployed: null, staged: on, health: null }, run("running", on)],
  ["deploying", { deployed: on, staged: off, health: seen(true) }, run("running", off)],
  ["leaving", { deployed: on, staged: off, health: seen(true) }, undefined],
  ["leaving", { deployed: on, staged: {}, health: seen(false) }, run("failed", off)],
  ["healthy", { deployed: on, staged: on, health: seen(true) }, undefined],
  ["healthy", { deployed: on, staged: on, health: seen(true) }, run("running", on)],
  ["healthy", { deployed: on, staged: on, health: seen(true, ["another machine"]) }, undefined],
  ["sick", { deployed: on, staged: on, health: seen(false) }, run("succeeded", on)],
  ["unreachable", { deployed: on, staged: on, health: lost }, undefined],
  ["unknown", { deployed: on, staged: on, health: null }, undefined],
  ["unknown", { deployed: on, staged: on, health: { applications: {}, unreachable: [] } }, undefined],
] as const;

void test("an application's state is said by what is deployed, staged, under way and was seen", () => {
  for (const [expected, configuration, latest] of cases)
    assert.equal(applicationState("snac", configuration, latest), expected, JSON.stringify([configuration, latest]));
  assert.deepEqual(new Set(cases.map(([state]) => state)), new Set(Object.keys(stateTone)));
});

void test("every state has a word in every language", () => {
  for (const language of ["en", "de"] as const)
    assert.deepEqual(Object.keys(textsFor(language).services.state).toSorted(), Object.keys(stateTone).toSorted());
});
