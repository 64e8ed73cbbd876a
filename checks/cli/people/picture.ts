import { randomBytes } from "node:crypto";
import { crc32, deflateSync } from "node:zlib";

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type), data]);
  const head = Buffer.alloc(4);
  head.writeUInt32BE(data.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([head, body, sum]);
}

/**
 * Makes a square picture: PNG, ISO 15948.
 * @param size pixels of an edge
 * @param content one colour; or noise, which takes three bytes for each pixel, since nothing compresses it
 */
export function picture(size: number, content: "colour" | "noise" = "colour"): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header.set([8, 2], 8);
  const rows = Array.from({ length: size }, () =>
    Buffer.concat([Buffer.from([0]), content === "noise" ? randomBytes(size * 3) : Buffer.alloc(size * 3, 0x7a)]),
  );
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(Buffer.concat(rows))),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}
