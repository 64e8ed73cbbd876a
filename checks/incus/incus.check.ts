import { defineCheck } from "../driver/check.ts";
import { changes } from "./changes.ts";
import { deploys } from "./deploys.ts";
import { interruptions } from "./interruptions.ts";
import { removal } from "./removal.ts";
import { setScene } from "./scene.ts";

/**
 * Machines on demand, on a real Incus cluster of three members: instances are made, placed apart, resized, kept and
 * removed; what dies in the middle is finished; what the cluster says is shown.
 */
export const check = defineCheck({
  name: "incus",
  async run(lab) {
    const scene = await setScene(lab);
    try {
      await deploys(scene);
      await changes(scene);
      await interruptions(scene);
      await removal(scene);
    } finally {
      await scene.close();
    }
  },
});
