import assert from "node:assert/strict";
import type { StampedEvent } from "../../src/engine/event.ts";
import type { TestMachine } from "../driver/test-machine.ts";
import { project } from "./deployer.ts";
import { assertSettled, generation, greetingOn, type Scene } from "./scene.ts";

/** Lines that a run of two machines adds to the journal, at most. */
const journalLines = 10;

/** Phases of one activation at which the network is cut, the two machines at different ones in the same run. */
const cuts: readonly (readonly [string, string])[] = [
  ["compare", "health"],
  ["send", "confirm"],
  ["arm", "start"],
  ["users", "switch"],
];

function phaseOf(event: StampedEvent, machine: TestMachine): string | undefined {
  return event.event === "component-progress" && event.component === `machine/${machine.name}`
    ? event.phase
    : undefined;
}

/** Whatever happens in the middle, a re-run ends in the wanted state, and machines are never between two. */
export async function interruptions(scene: Scene): Promise<void> {
  const { lab, deployer, hello, cowsay } = scene;
  const both = [hello, cowsay] as const;
  const configure = (greeting: string): Promise<void> =>
    deployer.configure({ hello: { greeting }, cowsay: { greeting } });
  const complete = async (greeting: string): Promise<void> => {
    await deployer.apply();
    for (const machine of both) {
      assert.equal(await greetingOn(machine), greeting, machine.name);
      await assertSettled(machine);
    }
  };

  await lab.subtest("the deployer killed at every line of the journal: a re-run ends in the wanted state", async () => {
    let lines = 1;
    for (; lines <= journalLines; lines += 1) {
      const greeting = `killed at ${String(lines)}`;
      await configure(greeting);
      const result = await deployer.run(["apply", "--yes", "--json"], {
        env: {
          NODE_OPTIONS: `--import=${project}/kill-at-line.ts`,
          KILL_AT_LINE: `${String(lines)} ${lines % 2 === 0 ? "torn" : "whole"}`,
        },
      });
      if (result.code === 0) break;
      assert.equal(result.code, 137, `killed, or done: ${result.stderr}`);
      await complete(greeting);
    }
    assert.ok(lines > 5, `a run has more than five lines, not ${String(lines)}`);
    assert.ok(lines <= journalLines, "the last run was not killed any more");
  });

  await lab.subtest("the network cut at each phase of activation: a re-run ends in the wanted state", async () => {
    for (const phases of cuts) {
      const greeting = `cut at ${phases.join(" and ")}`;
      await configure(greeting);
      const blocked: Promise<void>[] = [];
      const seen = new Set<string>();
      await deployer.run(["apply", "--yes", "--json"], {
        onEvent: (event) => {
          both.forEach((machine, index) => {
            if (phaseOf(event, machine) !== phases[index] || seen.has(machine.name)) return;
            seen.add(machine.name);
            blocked.push(machine.block());
          });
        },
      });
      await Promise.all(blocked);
      assert.deepEqual([...seen].toSorted(), ["cowsay", "hello"], `both phases of "${greeting}" were reached`);
      await Promise.all(both.map((machine) => machine.unblock()));
      await complete(greeting);
    }
  });

  await lab.subtest("a reboot between switch and confirmation ends in the previous generation", async () => {
    const before = await generation(hello);
    const greeting = await greetingOn(hello);
    await configure("rebooted");
    let blocked: Promise<void> | undefined;
    const running = deployer.run(["apply", "--yes", "--json"], {
      onEvent: (event) => {
        if (phaseOf(event, hello) === "health") blocked ??= hello.block();
      },
    });
    await hello.waitUntilSucceeds("sed -n 3p /var/lib/fediversity/pending | grep -qx awaiting");
    await blocked;
    assert.equal(await greetingOn(hello), "rebooted", "switched, and not confirmed");
    await hello.reboot();
    await hello.waitUntilSucceeds("! test -e /var/lib/fediversity/pending");
    assert.equal(await generation(hello), before);
    assert.equal(await greetingOn(hello), greeting);
    await assertSettled(hello);
    await running;
    await hello.unblock();
    await complete("rebooted");
  });

  await lab.subtest("nobody confirms: the machine goes back by itself, healthy", async () => {
    const before = await generation(hello);
    await deployer.configure({ hello: { greeting: "unconfirmed" }, cowsay: { greeting: "rebooted" } });
    let blocked: Promise<void> | undefined;
    const running = deployer.run(["apply", "--yes", "--json"], {
      onEvent: (event) => {
        if (phaseOf(event, hello) === "health") blocked ??= hello.block();
      },
    });
    await hello.waitUntilSucceeds("sed -n 3p /var/lib/fediversity/pending | grep -qx awaiting");
    await blocked;
    await running;
    await hello.waitUntilSucceeds("! test -e /var/lib/fediversity/pending", { timeout: 90_000 });
    assert.equal(await generation(hello), before);
    await assertSettled(hello);
    await hello.unblock();
    await deployer.apply();
    assert.equal(await greetingOn(hello), "unconfirmed");
  });
}
