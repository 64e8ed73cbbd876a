import { mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ensureBaseImage } from "../../src/providers/local-machine/base-image.ts";
import { imageRelease } from "../../src/providers/local-machine/image-recipe.ts";
import { runOk } from "../../src/providers/process/run.ts";
import { defaultCache } from "../driver/lab.ts";

/** An image for instances: the two files that `incus image import` takes. */
export interface IncusImage {
  readonly folder: string;
  readonly metadata: "metadata.tar";
  readonly rootfs: "rootfs.tar";
}

// The templates by which Incus hands settings to cloud-init's datasource NoCloud (image_format.md of Incus, "Templates").
const seed = "/var/lib/cloud/seed/nocloud-net";
const userData = '{{ config_get("cloud-init.user-data", properties.default) }}\n';
const network = `{% if config_get("cloud-init.network-config", "") == "" %}version: 2
ethernets:
  eth0:
    dhcp4: true
    dhcp-identifier: mac
{% else %}{{ config_get("cloud-init.network-config", "") }}{% endif %}
`;
const templates: Readonly<Record<string, string>> = {
  "meta.tpl": "instance-id: {{ container.name }}\nlocal-hostname: {{ container.name }}\n",
  "user.tpl": userData,
  "network.tpl": network,
};

function metadata(architecture: string): string {
  const template = (name: string, properties = {}): object => ({
    when: ["create", "copy"],
    template: name,
    properties,
  });
  return JSON.stringify({
    architecture,
    creation_date: 1_700_000_000,
    properties: { os: "Debian", release: imageRelease, description: "Debian 13 with cloud-init and an SSH server" },
    templates: {
      [`${seed}/meta-data`]: template("meta.tpl"),
      [`${seed}/user-data`]: template("user.tpl", { default: "#cloud-config\n{}" }),
      [`${seed}/network-config`]: template("network.tpl"),
    },
  });
}

async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}

/** Gives the image for instances, made when the cache does not have it: the same Debian as the lab's machines, with cloud-init. */
export async function incusImage(report: (text: string) => void): Promise<IncusImage> {
  const base = await ensureBaseImage({
    cache: defaultCache,
    packages: ["cloud-init"],
    report: ({ text }) => report(text),
  });
  const content = await readFile(new URL("./image.ts", import.meta.url), "utf8");
  const folder = join(defaultCache, "incus", base.id);
  const image = { folder, metadata: "metadata.tar", rootfs: "rootfs.tar" } as const;
  if ((await exists(join(folder, "made-by"))) && (await readFile(join(folder, "made-by"), "utf8")) === content)
    return image;
  report("packing it for Incus");
  const making = `${folder}.making`;
  await rm(making, { recursive: true, force: true });
  await mkdir(join(making, "templates"), { recursive: true });
  const architecture = (await runOk("uname", ["-m"])).trim();
  await writeFile(join(making, "metadata.yaml"), metadata(architecture));
  for (const [name, text] of Object.entries(templates)) await writeFile(join(making, "templates", name), text);
  await runOk("tar", ["-C", making, "-c", "-f", join(making, "metadata.tar"), "metadata.yaml", "templates"]);
  await runOk("tar", ["-C", base.folder, "--numeric-owner", "--xattrs", "-c", "-f", join(making, "rootfs.tar"), "."]);
  await writeFile(join(making, "made-by"), content);
  await rm(folder, { recursive: true, force: true });
  await rename(making, folder);
  return image;
}
