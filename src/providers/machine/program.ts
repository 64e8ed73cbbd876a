import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

/** The parts of the program that runs on machines, in their order. */
const parts = [
  "base",
  "units",
  "health",
  "drift",
  "accounts",
  "files",
  "images",
  "stage",
  "activate",
  "session",
  "main",
] as const;

/** The program that runs on machines: POSIX sh. */
export interface MachineProgram {
  readonly text: string;
  readonly compressed: Buffer;
  /** The command that a session begins with: it reads the program from standard input. Constant but for a number. */
  readonly command: string;
}

let loaded: MachineProgram | undefined;

/** Gives the program; read from its files once. */
export function machineProgram(): MachineProgram {
  if (loaded !== undefined) return loaded;
  const text = parts.map((part) => readFileSync(new URL(`./program/${part}.sh`, import.meta.url), "utf8")).join("\n");
  const compressed = gzipSync(text, { level: 9 });
  // The login shell splits this line into words; none of them comes from a document.
  const command = `exec sh -c 'source_text=$(head -c "$1" | gzip -dc) && shift && eval "$source_text"' sh ${String(compressed.length)}`;
  loaded = { text, compressed, command };
  return loaded;
}

/** The program that installs and removes Debian packages on machines; sent only with a change. */
export function packagesProgram(): Buffer {
  return readFileSync(new URL("./packages/packages.sh", import.meta.url));
}
