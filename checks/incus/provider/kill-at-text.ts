// Loaded before the product (node --import): kills its process as soon as the journal has got a line that has the text
// KILL_AT_TEXT and not the text KILL_WITHOUT. Nothing in the product knows of this.
import { type FileHandle, open } from "node:fs/promises";
import process from "node:process";

type Write = (this: FileHandle, data: Buffer, ...rest: unknown[]) => Promise<unknown>;

const { KILL_AT_TEXT: wanted = "", KILL_WITHOUT: without = "\u0000" } = process.env;
const some = await open("/dev/null", "w");
const prototype = Object.getPrototypeOf(some) as { write: Write };
await some.close();
const { write } = prototype;

prototype.write = async function writeUntil(data, ...rest) {
  const written = await write.call(this, data, ...rest);
  const lines = data.toString("utf8").split("\n");
  if (lines.some((line) => /^\{.*"sequence":/.test(line) && line.includes(wanted) && !line.includes(without)))
    process.kill(process.pid, "SIGKILL");
  return written;
};
