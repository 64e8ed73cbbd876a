/**
 * The Debian packages that a computer needs before it can run machines of its own, each with the command that shows
 * that it is there.
 */
export const requiredDebianPackages: readonly { readonly name: string; readonly command: string }[] = [
  { name: "systemd-container", command: "systemd-nspawn" },
  { name: "mmdebstrap", command: "mmdebstrap" },
  { name: "debian-archive-keyring", command: "/usr/share/keyrings/debian-archive-keyring.gpg" },
  { name: "dnsmasq-base", command: "dnsmasq" },
  { name: "iproute2", command: "ip" },
  { name: "util-linux", command: "nsenter" },
  { name: "mount", command: "mount" },
  { name: "e2fsprogs", command: "mkfs.ext4" },
  { name: "openssh-client", command: "ssh-keygen" },
  { name: "tar", command: "tar" },
];
