import type { Property, Schema } from "./schema.ts";

const text: Property = { type: "string", optional: true };
const flag: Property = { type: "boolean", optional: true };
const count: Property = { type: "integer", minimum: 0, optional: true };
const node: Property = { type: "string", format: "pve-node" };
const vmid: Property = { type: "integer", format: "pve-vmid", minimum: 100, maximum: 999_999_999 };
const storage: Property = { type: "string", format: "pve-storage-id", optional: true };
const one = { node, vmid };
const disks = [
  ...Array.from({ length: 4 }, (_, at) => `ide${String(at)}`),
  ...Array.from({ length: 31 }, (_, at) => `scsi${String(at)}`),
  ...Array.from({ length: 16 }, (_, at) => `virtio${String(at)}`),
  ...Array.from({ length: 6 }, (_, at) => `sata${String(at)}`),
  "efidisk0",
  "tpmstate0",
];

/** What a virtual machine can be made of, as far as the double knows it. */
const options: Schema = {
  agent: { ...text, format: "agent" },
  balloon: count,
  bios: { ...text, enum: ["seabios", "ovmf"] },
  boot: text,
  cipassword: text,
  citype: { ...text, enum: ["configdrive2", "nocloud", "opennebula"] },
  ciupgrade: flag,
  ciuser: text,
  cores: { type: "integer", minimum: 1, optional: true },
  cpu: text,
  description: { ...text, maxLength: 8192 },
  "ipconfig[n]": { ...text, format: "pve-qm-ipconfig" },
  memory: { ...text, format: "memory" },
  name: { ...text, format: "dns-name" },
  nameserver: { ...text, format: "address-list" },
  "net[n]": { ...text, format: "net" },
  onboot: flag,
  protection: flag,
  "scsi[n]": text,
  searchdomain: text,
  sockets: { type: "integer", minimum: 1, optional: true },
  sshkeys: { ...text, format: "urlencoded" },
  tags: { ...text, format: "pve-tag-list" },
};

/** Which privileges a call takes: any of them, or all. */
export interface Needs {
  readonly path: string;
  readonly privileges: readonly string[];
  readonly any?: true;
}

/** One method of the API. */
export interface Method {
  readonly parameters: Schema;
  /** Nothing where every user may call it, and sees what is theirs. */
  readonly needs?: readonly Needs[];
  /** Whether it is carried out by the node in its path. */
  readonly onNode?: true;
}

const onVm = (...privileges: readonly string[]): readonly Needs[] => [{ path: "/vms/{vmid}", privileges }];
const skiplock = flag;

/** The methods that the double has: names, types and privileges are those of Proxmox VE 8.4. */
export const methods: Readonly<Record<string, Method>> = {
  "GET /version": { parameters: {} },
  "POST /access/ticket": {
    parameters: {
      username: { type: "string", maxLength: 64 },
      password: { type: "string" },
      realm: { ...text, maxLength: 32 },
      "new-format": flag,
      otp: text,
      path: { ...text, maxLength: 64, requires: "privs" },
      privs: { ...text, maxLength: 64, requires: "path" },
      "tfa-challenge": text,
    },
  },
  "GET /access/permissions": { parameters: { path: text, userid: text } },
  "GET /cluster/resources": { parameters: { type: { ...text, enum: ["vm", "storage", "node", "sdn"] } } },
  "GET /cluster/nextid": { parameters: { vmid: { ...vmid, optional: true } } },
  "GET /nodes/{node}/network": {
    parameters: { node, type: { ...text, enum: ["bridge", "bond", "eth", "any_bridge", "any_local_bridge"] } },
    onNode: true,
  },
  "GET /nodes/{node}/tasks": {
    parameters: {
      node,
      source: { ...text, enum: ["archive", "active", "all"] },
      typefilter: text,
      start: count,
      limit: count,
      vmid: { ...vmid, optional: true },
    },
    onNode: true,
  },
  "GET /nodes/{node}/tasks/{upid}/status": { parameters: { node, upid: { type: "string" } }, onNode: true },
  "GET /nodes/{node}/tasks/{upid}/log": {
    parameters: { node, upid: { type: "string" }, start: count, limit: count, download: flag },
    onNode: true,
  },
  "GET /nodes/{node}/qemu/{vmid}/config": {
    parameters: { ...one, current: flag, snapshot: { ...text, maxLength: 40 } },
    needs: onVm("VM.Audit"),
    onNode: true,
  },
  "POST /nodes/{node}/qemu/{vmid}/config": {
    parameters: {
      ...one,
      ...options,
      background_delay: { type: "integer", minimum: 1, maximum: 30, optional: true },
      delete: { ...text, format: "pve-configid-list" },
      revert: { ...text, format: "pve-configid-list" },
      digest: { ...text, maxLength: 40 },
      force: { ...flag, requires: "delete" },
      skiplock,
    },
    onNode: true,
  },
  "GET /nodes/{node}/qemu/{vmid}/status/current": { parameters: one, needs: onVm("VM.Audit"), onNode: true },
  "POST /nodes/{node}/qemu/{vmid}/status/start": {
    parameters: { ...one, skiplock, timeout: count },
    needs: onVm("VM.PowerMgmt"),
    onNode: true,
  },
  "POST /nodes/{node}/qemu/{vmid}/status/stop": {
    parameters: { ...one, skiplock, timeout: count, keepActive: flag, "overrule-shutdown": flag },
    needs: onVm("VM.PowerMgmt"),
    onNode: true,
  },
  "POST /nodes/{node}/qemu/{vmid}/status/shutdown": {
    parameters: { ...one, skiplock, timeout: count, keepActive: flag, forceStop: flag },
    needs: onVm("VM.PowerMgmt"),
    onNode: true,
  },
  "POST /nodes/{node}/qemu/{vmid}/clone": {
    parameters: {
      ...one,
      newid: vmid,
      name: { ...text, format: "dns-name" },
      description: text,
      pool: { ...text, format: "pve-poolid" },
      snapname: { ...text, maxLength: 40 },
      storage,
      format: { ...text, enum: ["raw", "qcow2", "vmdk"] },
      full: flag,
      target: { ...node, optional: true },
      bwlimit: count,
    },
    needs: onVm("VM.Clone"),
    onNode: true,
  },
  "PUT /nodes/{node}/qemu/{vmid}/resize": {
    parameters: {
      ...one,
      skiplock,
      disk: { type: "string", enum: disks },
      size: { type: "string", pattern: "\\+?\\d+(\\.\\d+)?[KMGT]?" },
      digest: { ...text, maxLength: 40 },
    },
    needs: onVm("VM.Config.Disk"),
    onNode: true,
  },
  "DELETE /nodes/{node}/qemu/{vmid}": {
    parameters: { ...one, skiplock, purge: flag, "destroy-unreferenced-disks": flag },
    needs: onVm("VM.Allocate"),
    onNode: true,
  },
  "POST /nodes/{node}/qemu/{vmid}/agent/ping": { parameters: one, onNode: true },
  "GET /nodes/{node}/qemu/{vmid}/agent/network-get-interfaces": { parameters: one, onNode: true },
  "GET /nodes/{node}/qemu/{vmid}/agent/file-read": {
    parameters: { ...one, file: { type: "string" }, count, offset: count, decode: flag },
    onNode: true,
  },
};
