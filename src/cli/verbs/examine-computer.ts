import { access, constants } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { Examination } from "../../engine/provider.ts";
import type { Deployment } from "../../model/deployment.ts";
import { isObject, member } from "../../model/json.ts";
import { reportOf } from "../../model/failure.ts";
import { checkComputer } from "../../providers/local-machine/check-computer.ts";
import { runOk } from "../../providers/process/run.ts";

async function command(
  name: string,
  args: readonly string[],
  why: string,
  debianPackage: string,
): Promise<Examination> {
  try {
    await runOk(name, args, { timeout: 10_000 });
    return { name, ok: true, text: why };
  } catch (error) {
    const { found } = reportOf(error, `run ${name}`);
    return { name, ok: false, text: `${found}; ${why}`, next: `Install the Debian package ${debianPackage}.` };
  }
}

async function existing(path: string): Promise<string> {
  try {
    await access(path);
    return path;
  } catch {
    return path === dirname(path) ? path : existing(dirname(path));
  }
}

async function writable(name: string, path: string): Promise<Examination> {
  const found = await existing(resolve(path));
  try {
    await access(found, constants.W_OK);
    return { name, ok: true, text: path };
  } catch {
    const next = `Change the owner of ${found}, or name another folder.`;
    return { name, ok: false, text: `${path} may not be written`, next };
  }
}

/** Whether some machine of the deployment runs containers whose images the deployer fetches. */
function hasImages({ components }: Deployment): boolean {
  return Object.values(components).some(({ inputs }) => {
    const images = member(inputs["system"], "images");
    return isObject(images) && Object.values(images).some((image) => member(image, "from") !== "machine");
  });
}

/** Looks whether this computer has what applying a deployment takes. Changes nothing. */
export async function examineComputer(
  deployment: Deployment,
  folders: { readonly state: string; readonly cache: string },
): Promise<readonly Examination[]> {
  const types = new Set(Object.values(deployment.components).map(({ type }) => type));
  const local = types.has("local-machine") ? await checkComputer() : undefined;
  const found = await Promise.all([
    writable("state folder", folders.state),
    writable("cache folder", folders.cache),
    ...(types.has("machine")
      ? [
          command("ssh", ["-V"], "machines are reached by OpenSSH", "openssh-client"),
          command("apt-get", ["--version"], "packages are resolved by apt for machines without internet", "apt"),
        ]
      : []),
    ...(types.has("dns-record")
      ? [command("nsupdate", ["-V"], "DNS records are changed by it", "bind9-dnsutils")]
      : []),
    ...(hasImages(deployment)
      ? [command("skopeo", ["--version"], "container images are fetched by it", "skopeo")]
      : []),
  ]);
  return [
    { name: "Node", ok: true, text: process.version },
    ...found,
    ...(local?.length === 0 ? [{ name: "local machines", ok: true, text: "this computer can run machines" }] : []),
    ...(local ?? []).map((report) => ({ name: "local machines", ok: false, text: report.found, next: report.next })),
  ];
}
