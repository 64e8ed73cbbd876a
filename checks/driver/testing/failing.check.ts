/** A check that fails on purpose, for the check of the driver itself. */
import { checkProgram } from "../run-checks.ts";
import { defineCheck } from "../check.ts";

await checkProgram(
  defineCheck({
    name: "driver-failing",
    async run(lab) {
      const only = lab.machine("only");
      await lab.start();
      await lab.subtest("passes", async () => {
        await only.succeed("mkdir -p /var/lib/fediversity/generation; echo tell-tale line | systemd-cat");
      });
      await lab.subtest("fails", () => only.succeed("exit 3").then(() => undefined), { stop: true });
      await lab.subtest("never reached", () => Promise.resolve());
    },
  }),
);
