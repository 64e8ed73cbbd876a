import assert from "node:assert/strict";
import type { Lab } from "../driver/lab.ts";
import type { TestMachine } from "../driver/test-machine.ts";
import type { IncusImage } from "./image.ts";

/** A real Incus cluster, as an administrator sees it. */
export interface Cluster {
  readonly members: readonly TestMachine[];
  /** SHA-256 of the certificate that the cluster shows. */
  readonly fingerprint: string;
  readonly project: "fediversity";
  /** Runs Incus's own command on the first member that runs. */
  readonly incus: (...args: readonly string[]) => Promise<string>;
  /** The instances of the project, by the component that they belong to: `example.org incus-instance/snac`. */
  readonly instances: () => Promise<Readonly<Record<string, ClusterInstance>>>;
}

/** An instance as the cluster shows it. */
export interface ClusterInstance {
  readonly name: string;
  readonly location: string;
  readonly status: string;
  /** None of an instance whose member does not answer. */
  readonly config: Readonly<Record<string, string>> | null;
  readonly devices: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly state?: {
    readonly network?: { readonly eth0?: { readonly addresses: readonly { family: string; address: string }[] } };
  };
}

/** The address of an instance in the lab's network. */
export function addressOf({ state }: ClusterInstance): string {
  return state?.network?.eth0?.addresses.find(({ family }) => family === "inet")?.address ?? "";
}

/** The bridge of every member, by which instances are in the lab's network like machines. */
function bridge(address: string): readonly { readonly path: string; readonly content: string }[] {
  const network = (name: string, lines: readonly string[]): string =>
    ["[Match]", `Name=${name}`, "[Network]", ...lines, "LinkLocalAddressing=no", "IPv6AcceptRA=no", ""].join("\n");
  return [
    {
      path: "/etc/systemd/network/10-br0.netdev",
      content: "[NetDev]\nName=br0\nKind=bridge\n[Bridge]\nForwardDelaySec=0\n",
    },
    {
      path: "/etc/systemd/network/10-br0.network",
      content: network("br0", [`Address=${address}/24`, "ConfigureWithoutCarrier=yes"]),
    },
    { path: "/etc/systemd/network/10-host0.network", content: network("host0", ["Bridge=br0"]) },
  ];
}

/** Declares a member. */
export function declareMember(lab: Lab, name: string, image: IncusImage): TestMachine {
  const address = lab.network.subnet.replace(/\.0\/24$/, `.${String(lab.machines.length + 2)}`);
  return lab.machine(name, {
    packages: ["incus", "dnsmasq-base"],
    containers: true,
    files: bridge(address),
    binds: [{ source: image.folder, target: "/srv/image", readOnly: true }],
  });
}

async function preseed(machine: TestMachine, settings: object): Promise<void> {
  await machine.succeed(["incus", "admin", "init", "--preseed"], { input: JSON.stringify(settings) });
}

/**
 * Makes a cluster of machines that run, imports the image under the alias `debian`, and makes the project that the
 * deployer may use.
 */
export async function formCluster(members: readonly TestMachine[], image: IncusImage): Promise<Cluster> {
  const [first, ...others] = members as [TestMachine, ...TestMachine[]];
  await Promise.all(members.map((machine) => machine.succeed(["incus", "admin", "waitready", "--timeout=60"])));
  await preseed(first, {
    config: { "core.https_address": `${first.address}:8443` },
    cluster: { enabled: true, server_name: first.name },
    storage_pools: [{ name: "default", driver: "dir" }],
  });
  for (const machine of others) {
    const told = await first.succeed(["incus", "cluster", "add", machine.name]);
    await preseed(machine, {
      cluster: {
        enabled: true,
        server_address: `${machine.address}:8443`,
        cluster_token: told.trim().split("\n").at(-1),
        member_config: [{ entity: "storage-pool", name: "default", key: "source", value: "" }],
      },
    });
  }
  const incus: Cluster["incus"] = async (...args) => {
    for (const machine of members) if (await machine.isRunning()) return await machine.succeed(["incus", ...args]);
    return await first.succeed(["incus", ...args]);
  };
  const imported = [
    "image",
    "import",
    `/srv/image/${image.metadata}`,
    `/srv/image/${image.rootfs}`,
    "--alias",
    "debian",
  ];
  await incus(...imported);
  const settings = {
    "features.images": "false",
    "features.profiles": "true",
    "features.networks": "false",
    "features.storage.volumes": "true",
    restricted: "true",
    "restricted.cluster.target": "allow",
    "restricted.devices.nic": "allow",
    // Containers in the containers that the lab's machines are cannot have users of their own.
    "restricted.containers.privilege": "allow",
    "restricted.containers.nesting": "allow",
  };
  await incus("project", "create", "fediversity", ...Object.entries(settings).flatMap(([k, v]) => ["-c", `${k}=${v}`]));
  const certificate = await first.succeed(
    "openssl x509 -in /var/lib/incus/cluster.crt -outform DER | sha256sum | cut -d ' ' -f 1",
  );
  return {
    members,
    fingerprint: certificate.trim(),
    project: "fediversity",
    incus,
    async instances() {
      const listed = JSON.parse(await incus("list", "--project", "fediversity", "-f", "json")) as ClusterInstance[];
      const named = listed.map((one) => {
        const config = one.config ?? {};
        const [deployment = "?", component = "?"] = ["deployment", "component"].map(
          (key) => config[`user.fediversity.${key}`],
        );
        return [`${deployment} ${component}`, one] as const;
      });
      assert.equal(new Set(named.map(([name]) => name)).size, listed.length, "no component has two instances");
      return Object.fromEntries(named);
    },
  };
}
