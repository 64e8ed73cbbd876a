import { randomBytes } from "node:crypto";
import type { Guests } from "./guests.ts";

/** A virtual machine of the double. */
export interface Vm {
  readonly vmid: number;
  node: string;
  /** Written to the disk of the cluster: the same on every node at once. */
  config: Record<string, string>;
  /** Changes that wait for the next start. */
  pending: Record<string, string>;
  running: boolean;
  startedAt: number;
  pool?: string | undefined;
}

/** Somebody with an API token. */
export interface Token {
  /** `user@realm!name`. */
  readonly id: string;
  readonly secret: string;
  /** Privileges by path; the deepest path that has any counts. */
  readonly acl: Record<string, readonly string[]>;
}

/** One task, by its UPID. */
export interface Task {
  readonly upid: string;
  readonly node: string;
  readonly type: string;
  readonly user: string;
  readonly log: string[];
  exit?: string | undefined;
}

/** What the double starts with. */
export interface ClusterOptions {
  readonly version?: "8.4.5" | "9.0.10" | undefined;
  /** Bytes of memory by node. */
  readonly nodes: Readonly<Record<string, number>>;
  readonly storages: Readonly<
    Record<string, { readonly shared: boolean; readonly total: number; readonly used: number }>
  >;
  readonly bridges: readonly string[];
  readonly pools?: readonly string[] | undefined;
  readonly token: Token;
  readonly guests: Guests;
  /** Milliseconds that copying a disk takes. */
  readonly cloneTime?: number | undefined;
  /** Milliseconds after which names, sizes and states in the cluster's list are looked at again: pvestatd. */
  readonly statisticsInterval?: number | undefined;
}

/** Everything that the double knows, for tests to look at and to break. */
export interface Cluster {
  readonly options: ClusterOptions;
  readonly vms: Map<number, Vm>;
  readonly tasks: Map<string, Task>;
  readonly storages: Map<string, { shared: boolean; total: number; used: number }>;
  readonly pools: Set<string>;
  readonly token: Token;
  /** Nodes that are switched off. */
  readonly down: Set<string>;
  /** Each call that was answered, as `METHOD template`. */
  readonly calls: string[];
  /** Called before a call is carried out, and may throw a refusal. */
  before: (call: string, parameters: Readonly<Record<string, string>>) => void | Promise<void>;
}

/** A refusal of the API: what is thrown has a status and words, and perhaps what is wrong with which parameter. */
export interface Refused extends Error {
  readonly refused: true;
  readonly code: number;
  readonly errors?: Readonly<Record<string, string>> | undefined;
}

/** Makes a refusal with a status and words. */
export function refuse(code: number, message: string, errors?: Refused["errors"]): Refused {
  return Object.assign(new Error(message), { refused: true as const, code, errors });
}

/** Tells whether something that was thrown is a refusal. */
export function isRefused(thrown: unknown): thrown is Refused {
  return thrown instanceof Error && "refused" in thrown;
}

/** A hardware address under the prefix of Proxmox Server Solutions. */
export function hardwareAddress(): string {
  const tail = [...randomBytes(3)].map((byte) => byte.toString(16).padStart(2, "0").toUpperCase());
  return ["BC", "24", "11", ...tail].join(":");
}

/** Sets up a cluster. */
export function makeCluster(options: ClusterOptions): Cluster {
  return {
    options,
    vms: new Map(),
    tasks: new Map(),
    storages: new Map(Object.entries(options.storages).map(([name, storage]) => [name, { ...storage }])),
    pools: new Set(options.pools),
    token: options.token,
    down: new Set(),
    calls: [],
    before: () => undefined,
  };
}

/** Puts a template with a disk, a drive for cloud-init and the guest agent into a cluster, as docs/machine-sources/proxmox.md builds it. */
export function addTemplate(
  cluster: Cluster,
  template: {
    readonly vmid: number;
    readonly name: string;
    readonly node: string;
    readonly storage: string;
    readonly gigabytes: number;
  },
): void {
  const { vmid, name, node, storage, gigabytes } = template;
  cluster.vms.set(vmid, {
    vmid,
    node,
    running: false,
    startedAt: 0,
    pending: {},
    config: {
      name,
      template: "1",
      cores: "1",
      memory: "1024",
      agent: "enabled=1",
      boot: "order=scsi0",
      scsihw: "virtio-scsi-single",
      scsi0: `${storage}:base-${String(vmid)}-disk-0,discard=on,size=${String(gigabytes)}G`,
      ide2: `${storage}:vm-${String(vmid)}-cloudinit,media=cdrom`,
      net0: `virtio=${hardwareAddress()},bridge=vmbr0`,
      ostype: "l26",
      serial0: "socket",
      vga: "serial0",
    },
  });
}

/** Runs work as a task of a node; what it throws is the task's error. */
export function fork(
  cluster: Cluster,
  { node, type, id }: { readonly node: string; readonly type: string; readonly id: string },
  work: (log: (line: string) => void) => Promise<void>,
): string {
  const hex = (value: number): string => value.toString(16).toUpperCase().padStart(8, "0");
  const distinct = randomBytes(4).readUInt32BE();
  const start = Math.floor(Date.now() / 1000);
  const upid = `UPID:${node}:${hex(process.pid)}:${hex(distinct)}:${hex(start)}:${type}:${id}:${cluster.token.id}:`;
  const task: Task = { upid, node, type, user: cluster.token.id, log: [] };
  cluster.tasks.set(upid, task);
  // As a process of its own would be: the answer is on its way before anything is done.
  setImmediate(() => {
    work((line) => task.log.push(line)).then(
      () => {
        task.log.push("TASK OK");
        task.exit = "OK";
      },
      (error: unknown) => {
        const words = error instanceof Error ? error.message : String(error);
        task.log.push(`TASK ERROR: ${words}`);
        task.exit = words;
      },
    );
  });
  return upid;
}
