import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { listenForInterrupt } from "./interrupt.ts";

test("the first interruption ends in order, the second leaves at once", (context) => {
  context.after(() => mock.restoreAll());
  const exit = mock.method(process, "exit", () => undefined);
  const told: string[] = [];
  const { signal, end } = listenForInterrupt(() => told.push("told"));
  assert.equal(signal.aborted, false);
  process.emit("SIGINT");
  assert.deepEqual([signal.aborted, told, exit.mock.callCount()], [true, ["told"], 0]);
  process.emit("SIGTERM");
  assert.deepEqual(exit.mock.calls[0]?.arguments, [130]);
  end();
  assert.equal(process.listenerCount("SIGINT"), 0);
});
