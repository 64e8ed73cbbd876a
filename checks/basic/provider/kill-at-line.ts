// Loaded before the product (node --import): kills its process as soon as the journal has got so many more lines, each
// of them whole, or the last one torn in its middle. Nothing in the product knows of this.
import { type FileHandle, open } from "node:fs/promises";
import process from "node:process";

type Write = (this: FileHandle, data: Buffer, ...rest: unknown[]) => Promise<unknown>;

const [line, torn] = (process.env["KILL_AT_LINE"] ?? "0 whole").split(" ");
let left = Number(line);
const some = await open("/dev/null", "w");
const prototype = Object.getPrototypeOf(some) as { write: Write };
await some.close();
const { write } = prototype;

prototype.write = async function writeUntil(data, ...rest) {
  const text = data.toString("utf8");
  if (left <= 0 || !/^\{.*"sequence":/.test(text)) return await write.call(this, data, ...rest);
  const lines = text.split("\n").slice(0, -1);
  if (lines.length < left) {
    left -= lines.length;
    return await write.call(this, data, ...rest);
  }
  const kept = `${lines.slice(0, left).join("\n")}\n`;
  const half = Math.ceil(((lines[left - 1] ?? "").length + 1) / 2);
  await write.call(this, Buffer.from(torn === "torn" ? kept.slice(0, -half) : kept));
  process.kill(process.pid, "SIGKILL");
  return await new Promise(() => undefined);
};
