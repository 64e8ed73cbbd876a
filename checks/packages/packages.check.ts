import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { defineCheck } from "../driver/check.ts";
import { administratorSteps } from "./administrator.ts";
import { archiveSteps } from "./archive.ts";
import { interruptionSteps } from "./interruption.ts";
import { packageMachine } from "./package-machine.ts";
import { scene } from "./scene.ts";
import { serviceSteps } from "./services.ts";

/** Debian packages for machines without a network: from the archive into the cache, and on a machine in and out again. */
export const check = defineCheck({
  name: "packages",
  async run(lab) {
    const one = lab.machine("one", { disk: 512 * 1024 ** 2 });
    await lab.start();
    const folder = join(lab.folder, "packages");
    await mkdir(folder);
    const place = scene(folder);
    await archiveSteps(lab, place);
    const machine = packageMachine(one, place);
    await serviceSteps(lab, machine);
    await administratorSteps(lab, machine);
    await interruptionSteps(lab, machine);
  },
});
