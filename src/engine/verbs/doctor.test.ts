import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { Failure } from "../../model/failure.ts";
import type { Provider } from "../provider.ts";
import { makeBench } from "../testing/bench.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { deploymentOf, makeWorld, refusal } from "../testing/world.ts";

const examining: Provider = {
  ...(makeWorld().provider as Provider),
  async examine({ component }) {
    if (component === "thing/off") throw refusal("no route to host");
    return [{ name: "ssh", ok: true, text: "answers" }];
  },
};

test("everything that is known is examined before anything is tried, and nothing is touched", async (context) => {
  const identityFile = join(temporaryFolder(context), "identity.txt");
  const { engine, disk, of } = makeBench({ providers: [examining], identityFile });
  const wanted = deploymentOf({ a: { value: "one" }, b: { value: "one", uses: ["a"] }, off: { value: "one" } });
  assert.deepEqual(await engine.doctor(wanted, {}), [
    {
      examinations: [
        { name: "state", ok: true, text: "readable, 0 components" },
        { name: "lease", ok: true, text: "nobody is changing this deployment" },
        { name: "secrets", ok: true, text: "every secret can be opened" },
      ],
    },
    { component: "thing/a", examinations: [{ name: "ssh", ok: true, text: "answers" }] },
    {
      component: "thing/off",
      examinations: [{ name: "examination", ok: false, text: "no route to host", next: "Try again." }],
    },
  ]);
  assert.equal(disk.files.size, 0);
  assert.deepEqual(
    of("component-skipped").map(({ because }) => because),
    ["it can be examined when thing/a is there"],
  );
});

test("a lease that somebody holds is found", async (context) => {
  const report = { code: "lease-held", attempted: "", found: "held by somebody", next: "Wait." };
  const look = (): Promise<void> => Promise.reject(new Failure(report));
  const take = (): Promise<never> => Promise.reject(new Failure(report));
  const identityFile = join(temporaryFolder(context), "identity.txt");
  const { engine } = makeBench({ providers: [examining], leases: { look, take }, identityFile });
  const [state] = await engine.doctor(deploymentOf({}), {});
  assert.deepEqual(state?.examinations[1], { name: "lease", ok: false, text: "held by somebody", next: "Wait." });
});
