import { type IncusInstanceInputs, incusInstance } from "../../../catalogue/components/incus-instance.ts";
import { type Instance, marks } from "../instance.ts";

/** Who the instances of the tests belong to. */
export const owner = { deployment: "example.org", component: "incus-instance/snac" };

/** Inputs of a component. */
export function wanted(more: object = {}): IncusInstanceInputs {
  return incusInstance.inputs.parse({
    name: "snac-example-org-5b0c1d",
    size: { cores: 2, memory: 1024, disk: 10 },
    firstBoot: {
      hostName: "snac",
      authorizedKeys: ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAA"],
      hostKey: { private: { $secret: "machine/snac/host-key" }, public: { $secret: "machine/snac/host-key-public" } },
    },
    server: {
      addresses: ["https://127.0.0.1:8443"],
      fingerprint: "0".repeat(64),
      certificate: { $secret: "provider/certificate" },
      key: { $secret: "provider/key" },
    },
    image: { alias: "debian" },
    pool: "default",
    nic: { parent: "br0" },
    ...more,
  });
}

/** An instance that is as {@link wanted} wants it. */
export function there(more: Partial<Instance> & { readonly settings?: Instance["config"] } = {}): Instance {
  const { settings = {}, ...rest } = more;
  return {
    name: "snac-example-org-5b0c1d",
    type: "container",
    status: "Running",
    location: "one",
    profiles: [],
    config: {
      "limits.cpu": "2",
      "limits.memory": "1024MiB",
      "volatile.eth0.hwaddr": "00:16:3e:00:00:01",
      [marks.deployment]: owner.deployment,
      [marks.component]: owner.component,
      [marks.hostKey]: "ssh-ed25519 AAAAhost",
      [marks.image]: "debian",
      ...settings,
    },
    devices: {
      root: { type: "disk", path: "/", pool: "default", size: "10GiB" },
      eth0: { type: "nic", name: "eth0", nictype: "bridged", parent: "br0" },
    },
    state: {
      network: {
        lo: { hwaddr: "", addresses: [{ family: "inet", address: "127.0.0.1", scope: "local" }] },
        enp5s0: {
          hwaddr: "00:16:3e:00:00:01",
          addresses: [
            { family: "inet6", address: "fe80::1", scope: "link" },
            { family: "inet6", address: "2001:db8::1", scope: "global" },
            { family: "inet", address: "10.0.0.5", scope: "global" },
          ],
        },
      },
    },
    ...rest,
  };
}
