import assert from "node:assert/strict";
import { test } from "node:test";
import { fulfilled, linesOf } from "../testing/fulfilled.ts";
import { timer } from "./timer.ts";

test("a timer starts its unit, also when the machine slept, and not on all machines at once", () => {
  const request = { description: "Clean", unit: "app-clean.service", calendar: "*-*-* 04:00:00", spread: 60 };
  const { bindings, system } = fulfilled(timer, {}, [{ name: "daily", request }]);
  assert.deepEqual(bindings, [{ unit: "app-daily.timer" }]);
  assert.deepEqual(linesOf(system, "app-daily.timer"), [
    "[Unit]",
    "Description=Clean",
    "[Timer]",
    "OnCalendar=*-*-* 04:00:00",
    "Persistent=yes",
    "RandomizedDelaySec=60",
    "Unit=app-clean.service",
  ]);
  assert.equal(system.units["app-daily.timer"]?.enabled, true);
});

test("neither calendar nor unit can carry another line", () => {
  const accepts = (more: object): boolean =>
    timer.request.safeParse({ description: "Clean", unit: "a.service", calendar: "daily", ...more }).success;
  assert.ok(accepts({}));
  for (const calendar of ["daily\nUnit=x", "", "%n", "a=b"]) assert.ok(!accepts({ calendar }), calendar);
  for (const unit of ["a", "a.timer", "a b.service", "a@%i.service"]) assert.ok(!accepts({ unit }), unit);
});
