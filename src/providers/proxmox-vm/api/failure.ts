import { Failure } from "../../../model/failure.ts";

/** What a refusal of the API is made of. */
export interface Refusal {
  /** The HTTP status. */
  readonly code: number;
  /** In Proxmox's own words. */
  readonly message: string;
  /** What is wrong with which parameter. */
  readonly errors: Readonly<Record<string, string>>;
}

/** What was being done, for the reader. */
export interface Attempt {
  /** As a clause: "clone the template". */
  readonly attempted: string;
  /** The machine or the node concerned. */
  readonly subject: string;
}

interface Known {
  readonly code: string;
  readonly found: (refusal: Refusal) => string;
  readonly next: string;
  readonly when: (refusal: Refusal) => boolean;
}

const said = ({ message }: Refusal): string => `Proxmox says: ${message}`;

/** Words of Proxmox VE and what they mean for the reader; the first that fits is taken. */
const known: readonly Known[] = [
  {
    code: "proxmox-credentials",
    when: ({ code }) => code === 401,
    found: ({ message }) => `Proxmox does not know this API token: ${message}`,
    next: "Compare the token's id and secret with those in Proxmox, and whether it or its user has expired.",
  },
  {
    code: "proxmox-permission",
    when: ({ code, message }) => code === 403 || /Permission check failed/.test(message),
    found: said,
    next: "Give the API token the privilege named there on that path; `fediversity doctor` lists everything that is missing.",
  },
  {
    code: "proxmox-parameter",
    when: ({ code, errors }) => code === 400 && Object.keys(errors).length > 0,
    found: ({ message, errors }) =>
      `Proxmox says: ${message} ${Object.entries(errors)
        .map(([parameter, words]) => `${parameter}: ${words}`)
        .join("; ")}`,
    next: "Correct what the named parameter comes from in fediversity.config.ts.",
  },
  {
    code: "proxmox-node-down",
    when: ({ code, message }) => code === 595 || code === 596 || /No route to host/i.test(message),
    found: ({ message }) => `the node cannot be reached by its cluster: ${message}`,
    next: "Bring the node back, or move its machines to another one, then run the same again.",
  },
  {
    code: "proxmox-agent-silent",
    when: ({ message }) => /QEMU guest agent is not running|qmp command 'guest-|socket - timeout after/.test(message),
    found: said,
    next: "Look at the machine's console in Proxmox: has it booted, and does qemu-guest-agent run in it?",
  },
  {
    code: "proxmox-agent-off",
    when: ({ message }) => /No QEMU guest agent configured/.test(message),
    found: said,
    next: "Switch the guest agent on in the machine's options (`qm set … --agent enabled=1`) and start it anew.",
  },
  {
    code: "proxmox-agent-error",
    when: ({ message }) => message.startsWith("Agent error"),
    found: said,
    next: "Look into the machine over its console in Proxmox, then run the same again.",
  },
  {
    code: "proxmox-not-running",
    when: ({ message }) => /^VM \d+ (?:is )?not running/.test(message),
    found: said,
    next: "Look at the machine's console and log in Proxmox, then run the same again.",
  },
  {
    code: "proxmox-already-running",
    when: ({ message }) => /^VM \d+ already running/.test(message),
    found: said,
    next: "Run the same again.",
  },
  {
    code: "proxmox-locked",
    when: ({ message }) => /is locked \(|can't lock file/.test(message),
    found: said,
    next: "Something else works with this machine: wait until it has ended (Tasks in Proxmox), then run the same again.",
  },
  {
    code: "proxmox-storage-full",
    when: ({ message }) =>
      /no space left|not enough (?:free )?space|out of (?:data )?space|insufficient free space|reached threshold/i.test(
        message,
      ),
    found: said,
    next: "Free space on the storage, or choose another one in fediversity.config.ts, then run the same again.",
  },
  {
    code: "proxmox-id-taken",
    when: ({ message }) => /config file already exists|VM \d+ already exists/.test(message),
    found: said,
    next: "Run the same again: it takes another number.",
  },
];

/** Tells what went wrong, in Proxmox's own words and with what to do about it. */
export function refusalFailure(refusal: Refusal, { attempted, subject }: Attempt): Failure {
  const match = known.find(({ when }) => when(refusal));
  return new Failure({
    code: match?.code ?? "proxmox-refused",
    attempted,
    subject,
    found: match?.found(refusal) ?? `${said(refusal)} (status ${String(refusal.code)})`,
    next: match?.next ?? "Read Proxmox's words and the log of the node, then run the same again.",
  });
}

/** Reads a refusal out of an answer: body, or the words beside the status code in older versions. */
export function readRefusal(code: number, statusMessage: string, body: string): Refusal {
  const parsed = parseObject(body);
  const errors = parsed["errors"];
  const message = typeof parsed["message"] === "string" ? parsed["message"] : statusMessage;
  return {
    code,
    message: message.trim(),
    errors:
      typeof errors === "object" && errors !== null
        ? Object.fromEntries(Object.entries(errors).map(([key, value]) => [key, String(value).trim()]))
        : {},
  };
}

function parseObject(body: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    // A proxy in front of the API, or the API itself when it is being updated, answers in HTML.
    return {};
  }
}
