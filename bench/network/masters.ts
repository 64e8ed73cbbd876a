import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../../src/providers/process/run.ts";

/** The connections that a tool keeps open behind control sockets: ssh_config(5), ControlPersist. */
export interface Masters {
  /** How many answer. */
  readonly count: () => Promise<number>;
  /** Ends them all, so that the next connection is a new one. */
  readonly end: () => Promise<void>;
}

async function socketsIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder).catch((): string[] => []);
  const checked = await Promise.all(
    entries.map(async (entry) => {
      const path = join(folder, entry);
      const found = await lstat(path).catch(() => undefined);
      return found?.isSocket() === true ? [path] : [];
    }),
  );
  return checked.flat();
}

/** Looks after the control sockets in a folder. */
export function mastersIn(folder: string): Masters {
  const tell = async (word: "check" | "exit"): Promise<number> => {
    const sockets = await socketsIn(folder);
    const told = await Promise.all(
      sockets.map((path) => run("ssh", ["-F", "none", "-o", `ControlPath=${path}`, "-O", word, "machine"])),
    );
    return told.filter(({ code }) => code === 0).length;
  };
  return {
    count: () => tell("check"),
    async end() {
      await tell("exit");
    },
  };
}
