import { z } from "zod";

// The schemas of what is sent, by name of the format in the API's own schema (Proxmox VE 8.4 and 9).

/** Name of a node of the cluster: `pve-node`. */
const Node = z.string().regex(/^[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?$/, "expected the name of a node");
/** Number of a virtual machine: `pve-vmid`. */
const VmId = z.int().min(100).max(999_999_999);
/** Name of a storage: `pve-storage-id`. */
const StorageId = z.string().regex(/^[a-zA-Z][a-zA-Z0-9\-_.]*[a-zA-Z0-9]$/, "expected the name of a storage");
/** Name of a pool: `pve-poolid`. */
const PoolId = z.string().regex(/^[A-Za-z0-9._-]+(?:\/[A-Za-z0-9._-]+){0,2}$/, "expected the name of a pool");
/** Name of a virtual machine: `dns-name`. */
const DnsName = z
  .string()
  .regex(/^(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?\.)*[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?$/);
/** Tags joined by semicolons: `pve-tag-list`. */
const TagList = z.string().regex(/^[a-z0-9_][a-z0-9_\-+.]*(?:;[a-z0-9_][a-z0-9_\-+.]*)*$/);
/** Text as encodeURIComponent gives it: `urlencoded`. */
const UrlEncoded = z.string().regex(/^[-%a-zA-Z0-9_.!~*'()]*$/);
/** A disk that can be resized. */
const DiskName = z.string().regex(/^(?:ide[0-3]|sata[0-5]|scsi(?:[12]?[0-9]|30)|virtio(?:[0-9]|1[0-5]))$/);

const vm = { node: Node, vmid: VmId };

/** Parameters of each call that is made; what is not here is never sent. */
export const parameters = {
  version: z.strictObject({}),
  resources: z.strictObject({}),
  nextId: z.strictObject({ vmid: VmId.optional() }),
  permissions: z.strictObject({}),
  networks: z.strictObject({ node: Node, type: z.enum(["any_bridge"]).optional() }),
  tasks: z.strictObject({
    node: Node,
    source: z.enum(["archive", "active", "all"]).optional(),
    typefilter: z.string().optional(),
  }),
  taskStatus: z.strictObject({ node: Node, upid: z.string() }),
  taskLog: z.strictObject({
    node: Node,
    upid: z.string(),
    start: z.int().min(0).optional(),
    limit: z.int().min(0).optional(),
  }),
  config: z.strictObject({ ...vm, current: z.boolean().optional() }),
  status: z.strictObject(vm),
  clone: z.strictObject({
    ...vm,
    newid: VmId,
    name: DnsName,
    description: z.string().max(8192),
    full: z.boolean(),
    target: Node.optional(),
    storage: StorageId.optional(),
    pool: PoolId.optional(),
  }),
  configure: z.strictObject({
    ...vm,
    cores: z.int().min(1).optional(),
    sockets: z.int().min(1).optional(),
    memory: z
      .string()
      .regex(/^[0-9]+$/)
      .optional(),
    agent: z.enum(["enabled=1"]).optional(),
    ciuser: z.string().optional(),
    ciupgrade: z.boolean().optional(),
    sshkeys: UrlEncoded.optional(),
    ipconfig0: z.string().optional(),
    nameserver: z.string().optional(),
    net0: z.string().optional(),
    tags: TagList.optional(),
    description: z.string().max(8192).optional(),
    onboot: z.boolean().optional(),
    protection: z.boolean().optional(),
  }),
  resize: z.strictObject({ ...vm, disk: DiskName, size: z.string().regex(/^\+?\d+(?:\.\d+)?[KMGT]?$/) }),
  start: z.strictObject({ ...vm, timeout: z.int().min(0).optional() }),
  shutdown: z.strictObject({ ...vm, timeout: z.int().min(0).optional() }),
  destroy: z.strictObject({ ...vm, purge: z.boolean().optional() }),
  agentInterfaces: z.strictObject(vm),
  agentReadFile: z.strictObject({ ...vm, file: z.string() }),
} as const;
