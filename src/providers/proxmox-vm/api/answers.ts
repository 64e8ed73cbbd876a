import { z } from "zod";

// Answers are read leniently: newer versions say more, Perl gives numbers as text, and what is not needed is not looked at.

const number = z.coerce.number();
const flag = z.union([z.boolean(), z.coerce.number()]).transform((value) => value === true || value === 1);

/** One line of the cluster's list: `/cluster/resources`. Only type, id and node are there at once for a new machine. */
export const Resource = z.looseObject({
  type: z.string(),
  id: z.string(),
  node: z.string().optional(),
  status: z.string().optional(),
  vmid: number.optional(),
  name: z.string().optional(),
  tags: z.string().optional(),
  lock: z.string().optional(),
  pool: z.string().optional(),
  template: flag.optional(),
  maxcpu: number.optional(),
  /** Bytes. */
  maxmem: number.optional(),
  mem: number.optional(),
  maxdisk: number.optional(),
  disk: number.optional(),
  /** Seconds. */
  uptime: number.optional(),
  storage: z.string().optional(),
  shared: flag.optional(),
  content: z.string().optional(),
});
/** See {@link Resource}. */
export type Resource = z.output<typeof Resource>;

/** Id of a task: `UPID:node:pid:pstart:starttime:type:id:user:`. */
const Upid = z
  .string()
  .regex(/^UPID:[^:]+:[0-9A-Fa-f]+:[0-9A-Fa-f]+:[0-9A-Fa-f]+:[^:]+:[^:]*:[^:]+:/, "expected a UPID");

const TaskStatus = z.looseObject({ status: z.string(), exitstatus: z.string().optional() });

/** The configuration of a virtual machine; all values as text, as in its file. */
const VmConfig = z.record(
  z.string(),
  z.unknown().transform((value) => (typeof value === "string" ? value : JSON.stringify(value))),
);
/** See {@link VmConfig}. */
export type VmConfig = z.output<typeof VmConfig>;

const IpAddress = z.looseObject({ "ip-address": z.string(), "ip-address-type": z.string().optional() });
const Interface = z.looseObject({
  name: z.string(),
  "hardware-address": z.string().optional(),
  "ip-addresses": z.array(IpAddress).optional(),
});
/** A network interface as the guest agent sees it. */
export type Interface = z.output<typeof Interface>;

/** What each call answers. */
export const answers = {
  version: z.looseObject({ version: z.string() }),
  resources: z.array(Resource),
  nextId: number,
  permissions: z.record(z.string(), z.record(z.string(), z.unknown())),
  networks: z.array(z.looseObject({ iface: z.string(), active: flag.optional() })),
  tasks: z.array(z.looseObject({ upid: z.string() })),
  taskStatus: TaskStatus,
  taskLog: z.array(z.looseObject({ n: number, t: z.string() })),
  config: VmConfig,
  status: z.looseObject({ status: z.string(), lock: z.string().optional(), uptime: number.optional() }),
  clone: Upid,
  configure: Upid.nullish(),
  resize: Upid.nullish(),
  start: Upid,
  shutdown: Upid,
  destroy: Upid,
  agentInterfaces: z.looseObject({ result: z.array(Interface) }),
  agentReadFile: z.looseObject({ content: z.string() }),
} as const;
