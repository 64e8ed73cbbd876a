import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { GuestSpec } from "../doubles/proxmox/guests.ts";

/**
 * Writes what Proxmox VE puts on the drive for cloud-init when it starts a machine without files of the administrator's
 * own: name, user, keys. Upgrading packages is on unless `ciupgrade` is 0, as there.
 */
export async function writeCloudInitDrive(folder: string, { name, config }: GuestSpec): Promise<void> {
  const user = config["ciuser"];
  const keys = decodeURIComponent(config["sshkeys"] ?? "")
    .split("\n")
    .filter((key) => key.trim() !== "");
  const document = {
    hostname: name.split(".")[0],
    fqdn: name,
    manage_etc_hosts: true,
    ...(user === undefined ? { users: ["default"] } : { user }),
    ...(user === "root" ? { disable_root: false } : { users: ["default"] }),
    ...(keys.length === 0 ? {} : { ssh_authorized_keys: keys }),
    chpasswd: { expire: false },
    ...(config["ciupgrade"] === "0" ? {} : { package_upgrade: true }),
  };
  const userData = `#cloud-config\n${JSON.stringify(document, undefined, 2)}\n`;
  const network = `${config["ipconfig0"] ?? ""} ${config["net0"] ?? ""} ${config["nameserver"] ?? ""}`;
  // Another user or network makes it another instance, to which everything is done anew.
  const instance = createHash("sha1").update(userData).update(network).digest("hex");
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "user-data"), userData);
  await writeFile(join(folder, "meta-data"), `instance-id: ${instance}\n`);
}
