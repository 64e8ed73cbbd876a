import { defineCheck } from "../driver/check.ts";
import { flow } from "./flow.ts";
import { setScene } from "./scene.ts";
import { server } from "./server.ts";
import { trouble } from "./trouble.ts";

/** A person does in the browser what the command line does: sets up, invites, deploys, watches, changes, removes. */
export const check = defineCheck({
  name: "panel",
  async run(lab) {
    const scene = await setScene(lab);
    try {
      await flow(scene);
      await trouble(scene);
      await server(scene);
    } finally {
      await scene.close();
    }
  },
});
