import { visit } from "../driver/browser-page.ts";
import { fill, goOnWith } from "../cli/people/page.ts";
import { acceptInvitation, ada, configure, inviteOperator, provider } from "./people.ts";
import type { Scene } from "./scene.ts";
import { called, reads } from "./screens.ts";

/** The same on a PostgreSQL server in place of the embedded database. */
export async function server(scene: Scene): Promise<void> {
  const { lab, browser, panel, deployer } = scene;
  const { driver } = browser;

  await lab.subtest("the same flow with a PostgreSQL server, which is restarted in the middle", async () => {
    await panel.moveToServer();
    await acceptInvitation(scene, await panel.setUpLink(), provider);
    await acceptInvitation(scene, await inviteOperator(scene, "Ada's services", ada), ada);
    await visit(driver, `${panel.origin}/`);
    await configure(scene, { application: "snac", title: "On a server", domain: "example.org", environment: "first" });
    await goOnWith(driver, called("Deploy"));
    await deployer.succeed(["systemctl", "restart", "postgresql.service"]);
    await reads(scene, "Everything is deployed and healthy.", 180_000);
    await visit(driver, "https://snac.example.org/api/v1/instance");
    await reads(scene, "On a server");
    await visit(driver, `${panel.origin}/`);
    await goOnWith(driver, called("On a server"));
    await goOnWith(driver, called("Removal"));
    await fill(driver, "confirmation", "snac");
    await goOnWith(driver, called("Remove"));
    await reads(scene, "Everything is deployed and healthy.", 120_000);
  });
}
