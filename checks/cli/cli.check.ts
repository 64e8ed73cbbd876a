import { defineCheck } from "../driver/check.ts";
import { accounts } from "./accounts.ts";
import { changes } from "./changes.ts";
import { deploys } from "./deploys.ts";
import { federation } from "./federation.ts";
import { imageOptions } from "./images.ts";
import { inventories } from "./inventory.ts";
import { ada, carol } from "./deployer.ts";
import { purging } from "./purging.ts";
import { quotas } from "./quotas.ts";
import { removal } from "./removal.ts";
import { setScene } from "./scene.ts";
import { strictness } from "./strictness.ts";
import { serialNumber, switching } from "./switching.ts";
import { trouble } from "./trouble.ts";
import { upgrades } from "./upgrades.ts";
import { prepareClient } from "./web.ts";
import { works } from "./works.ts";

/**
 * The applications deploy from a minimal configuration with certificates and DNS, work when people use them, federate,
 * change, go back, and are gone after removal; each on its own machine, and all on one.
 */
export const check = defineCheck({
  name: "cli",
  options: imageOptions,
  async run(lab, chosen) {
    const scene = await setScene(lab, chosen);
    try {
      await prepareClient(scene);
      const before = await inventories(scene);
      await deploys(scene);
      const serial = await serialNumber(scene);
      const visit = await works(scene, ada, "apart");
      await federation(scene);
      await strictness(scene);
      await changes(scene);
      await accounts(scene);
      await switching(scene, { visit, serial });
      await quotas(scene);
      const versions = await upgrades(scene);
      await purging(scene, { visit, versions });
      await trouble(scene);
      await works(scene, carol, "together");
      await removal(scene, before);
    } finally {
      await scene.close();
    }
  },
});
