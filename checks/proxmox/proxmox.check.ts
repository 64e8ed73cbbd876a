import { defineCheck } from "../driver/check.ts";
import { deploys } from "./deploys.ts";
import { failures } from "./failures.ts";
import { removal } from "./removal.ts";
import { setScene } from "./scene.ts";

const ada = "example.org";
const bob = "example.net";

/**
 * Virtual machines are made from a template, configured, resized, found again after whatever went wrong, kept by destroy
 * and deleted by purge. The cluster's API is a double; the machines that it boots, and cloud-init in them, are real.
 */
export const check = defineCheck({
  name: "proxmox",
  async run(lab) {
    const scene = await setScene(lab, [ada, bob]);
    try {
      const used = scene.cluster.storages.get("tank")?.used ?? 0;
      await deploys(scene, ada);
      await failures(scene, bob, ada);
      await removal(scene, ada, bob, used);
    } finally {
      await scene.close();
    }
  },
});
