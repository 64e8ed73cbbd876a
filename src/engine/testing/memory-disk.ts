import type { Disk } from "../state/disk.ts";

/** A disk for tests: its bytes survive, and any write can be made to fail like a crash in the middle of it. */
export interface MemoryDisk extends Disk {
  readonly files: Map<string, Buffer>;
  /** Number of writes so far. */
  readonly writes: () => number;
  /** After so many further writes, one is cut after `bytes` bytes, and the disk is dead for whoever had it open. */
  crashAfter(writes: number, bytes: number): void;
  /** The disk as the next process finds it. */
  restart(): void;
}

/** Makes an empty disk. */
export function memoryDisk(): MemoryDisk {
  const files = new Map<string, Buffer>();
  let count = 0;
  let crash: { left: number; readonly bytes: number } | undefined;
  let dead = false;

  const step = (): number | undefined => {
    if (dead) throw new Error("the process that had this open is dead");
    count += 1;
    if (crash === undefined) return undefined;
    crash.left -= 1;
    if (crash.left >= 0) return undefined;
    const { bytes } = crash;
    crash = undefined;
    dead = true;
    return bytes;
  };
  const whole = (file: string, text: string): void => {
    if (step() !== undefined) throw new Error("crash before the rename");
    files.set(file, Buffer.from(text));
  };

  return {
    files,
    writes: () => count,
    crashAfter(writes, bytes) {
      crash = { left: writes, bytes };
    },
    restart() {
      dead = false;
      crash = undefined;
    },
    read: (file) => Promise.resolve(files.get(file)),
    hasFolder: (folder) => Promise.resolve([...files.keys()].some((file) => file.startsWith(`${folder}/`))),
    establish: async (folder, name, content) => whole(`${folder}/${name}`, content),
    replace: async (file, content) => whole(file, content),
    async openAppend(file, length) {
      if (dead) throw new Error("the process that had this open is dead");
      files.set(file, (files.get(file) ?? Buffer.alloc(0)).subarray(0, length));
      return {
        async append(text) {
          const cut = step();
          const bytes = Buffer.from(text);
          files.set(file, Buffer.concat([files.get(file) ?? Buffer.alloc(0), bytes.subarray(0, cut)]));
          if (cut !== undefined) throw new Error("crash in the middle of a write");
        },
        close: () => Promise.resolve(),
      };
    },
  };
}
