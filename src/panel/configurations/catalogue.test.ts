import assert from "node:assert/strict";
import { test } from "node:test";
import { applications } from "../../catalogue/config.ts";
import { defineEnvironment } from "../../catalogue/environments/define-environment.ts";
import { hosts } from "../../catalogue/environments/hosts.ts";
import { oneMachine } from "../../catalogue/environments/placement.ts";
import { offers, secrets } from "../../catalogue/testing/services.ts";
import { Failure } from "../../model/failure.ts";
import { evaluateIn, forOperators } from "./catalogue.ts";

const config = {
  applications,
  environments: [
    defineEnvironment({ name: "own", offers, placement: oneMachine, machines: hosts(["192.0.2.1"]), secrets }),
  ],
};
const configuration = {
  domain: "example.org",
  initialUser: { displayName: "Ada", username: "ada", email: "ada@example.org" },
  applications: { panel: { enable: true } },
};

void test("operators cannot have a panel, even in an environment that offers what it needs", () => {
  assert.ok(evaluateIn(config, "own", configuration).deployment.components["machine/machine"]);
  const shown = forOperators(config);
  assert.deepEqual(
    applications.filter((one) => !shown.applications.includes(one)).map(({ name }) => name),
    ["panel"],
  );
  assert.throws(
    () => evaluateIn(shown, "own", configuration),
    (error) => error instanceof Failure && error.code === "configuration-invalid",
  );
});
