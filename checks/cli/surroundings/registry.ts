import { pushArguments } from "../../doubles/push-image.ts";
import type { TestMachine } from "../../driver/test-machine.ts";

/** Debian packages that the machine needs. */
export const registryPackages = ["docker-registry"];

const port = 5000;

/** Registries whose images the lab's own one has. */
const standsFor = ["docker.io", "ghcr.io"];

/** A registry of the lab, in which images are found under their official names. */
export interface Registry {
  /**
   * Puts an image into it.
   * @param folder an OCI layout with this one image, at this path of the machine
   * @param reference the official name and tag
   */
  readonly push: (folder: string, reference: string) => Promise<void>;
  readonly stop: () => Promise<void>;
  readonly start: () => Promise<void>;
}

/** Sets up Debian's registry on a machine, and lets the machine take it for the official ones: containers-registries.conf(5). */
export async function setUpRegistry(machine: TestMachine): Promise<Registry> {
  await machine.writeFile(
    "/etc/docker/registry/config.yml",
    `version: 0.1
log: { level: warn }
storage: { filesystem: { rootdirectory: /var/lib/docker-registry } }
http: { addr: "127.0.0.1:${String(port)}" }
`,
  );
  await machine.writeFile(
    "/etc/containers/registries.conf.d/lab.conf",
    standsFor
      .map((host) => `[[registry]]\nprefix = "${host}"\nlocation = "127.0.0.1:${String(port)}"\ninsecure = true\n`)
      .join("\n"),
  );
  const start = async (): Promise<void> => {
    await machine.succeed(["systemctl", "restart", "docker-registry"]);
    await machine.waitForOpenPort(port);
  };
  await start();
  return {
    push: async (folder, reference) => {
      const registry = `127.0.0.1:${String(port)}`;
      await machine.succeed(["skopeo", ...pushArguments(folder, reference, { registry, tlsVerify: false })], {
        timeout: 300_000,
      });
    },
    stop: async () => void (await machine.succeed(["systemctl", "stop", "docker-registry"])),
    start,
  };
}
