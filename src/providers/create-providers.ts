import { createHash } from "node:crypto";
import { hostname, userInfo } from "node:os";
import { join, resolve } from "node:path";
import type { Provider } from "../engine/provider.ts";
import { dnsRecordProvider } from "./dns-record/provider.ts";
import { incusInstanceProvider } from "./incus-instance/provider.ts";
import { localEnvironment } from "./local-machine/local-environment.ts";
import { localMachineProvider } from "./local-machine/provider.ts";
import type { MachineProviderOptions } from "./machine/options.ts";
import { machineProvider } from "./machine/provider.ts";
import { proxmoxVmProvider } from "./proxmox-vm/provider.ts";

/** What the providers of a deployer need to know. */
export interface ProvidersOptions {
  /** Folder with the states of deployments. */
  readonly stateFolder: string;
  /** Folder for base images and packages. */
  readonly cache: string;
  /** The file that says which digest each container image is locked to. */
  readonly imageLock: string;
  readonly acceptNewHostKeys: boolean;
  readonly connectPrefix?: MachineProviderOptions["connectPrefix"];
  readonly onTraffic?: MachineProviderOptions["onTraffic"];
}

/** Makes the provider of every component type. Does nothing by itself. */
export function createProviders(options: ProvidersOptions): readonly Provider[] {
  const stateFolder = resolve(options.stateFolder);
  const local = localEnvironment(stateFolder, options.cache);
  const holder = {
    id: createHash("sha256").update(`${hostname()}\n${stateFolder}`).digest("hex").slice(0, 16),
    name: `${userInfo().username}@${hostname()}`,
  };
  const machine = machineProvider({
    cache: join(options.cache, "packages"),
    imageCache: join(options.cache, "oci"),
    imageLock: resolve(options.imageLock),
    acceptNewHostKeys: options.acceptNewHostKeys,
    holder,
    connectPrefix: options.connectPrefix,
    onTraffic: options.onTraffic,
  });
  return [
    localMachineProvider(local),
    incusInstanceProvider(),
    proxmoxVmProvider(),
    machine,
    dnsRecordProvider(),
  ] as readonly Provider[];
}
