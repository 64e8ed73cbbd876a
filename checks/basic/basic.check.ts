import { defineCheck } from "../driver/check.ts";
import { changes } from "./changes.ts";
import { deploys } from "./deploys.ts";
import { prepareDeployer } from "./deployer.ts";
import { failures } from "./failures.ts";
import { installProduct } from "./product.ts";
import { interruptions } from "./interruptions.ts";
import { removal } from "./removal.ts";
import { inventory, type Scene } from "./scene.ts";
import { secrets } from "./secrets.ts";

const verboseSshd = { path: "/etc/ssh/sshd_config.d/verbose.conf", content: "LogLevel VERBOSE\n" };

/** The machines of a lab have no pids controller: a property of the lab alone. */
const withoutPids = { path: "/etc/containers/containers.conf.d/lab.conf", content: "[containers]\npids_limit=0\n" };

/**
 * The strategy itself: the deployer has everything, the targets have no internet; one gets hello, the other cowsay;
 * again is a no-op; a broken change goes back; whatever interrupts, a re-run finishes; destroy removes.
 */
export const check = defineCheck({
  name: "basic",
  async run(lab) {
    const product = await installProduct();
    try {
      const machine = lab.machine("deployer", {
        packages: ["openssh-client"],
        binds: [{ source: product.folder, target: "/opt/fediversity", readOnly: true }],
      });
      const hello = lab.machine("hello", {
        files: [verboseSshd, withoutPids],
        packages: ["podman", "crun", "busybox-static"],
        containers: true,
      });
      const cowsay = lab.machine("cowsay", { files: [verboseSshd], disk: 1024 ** 3 });
      await lab.start();
      await lab.archive(machine);
      const scene: Scene = { lab, deployer: await prepareDeployer(machine, lab.key.privateKey), hello, cowsay };
      const before = { hello: await inventory(hello), cowsay: await inventory(cowsay) };
      await deploys(scene);
      await changes(scene);
      await failures(scene);
      await interruptions(scene);
      await secrets(scene);
      await removal(scene, before);
    } finally {
      await product.remove();
    }
  },
});
