import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import type { Layer } from "./oci-layout.ts";

/** Passes bytes on and hashes them. */
function hashing(): { readonly stream: Transform; digest(): string; size(): number } {
  const hash = createHash("sha256");
  let size = 0;
  return {
    stream: new Transform({
      transform(chunk: Buffer, _encoding, done) {
        hash.update(chunk);
        size += chunk.length;
        done(null, chunk);
      },
    }),
    digest: () => `sha256:${hash.digest("hex")}`,
    size: () => size,
  };
}

/** Writes a folder as a compressed layer whose bytes depend on the folder alone: not on times, nor on the order on the disk. */
export async function packFolder(folder: string, file: string): Promise<Layer> {
  const args = ["--create", "--sort=name", "--mtime=@0", "--numeric-owner", "--one-file-system", "--format=pax"];
  // Access and change times, which --format=pax would keep.
  const times = "--pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime";
  // Who runs a container makes its own device nodes.
  const devices = "--exclude=./dev/*";
  const tar = spawn("tar", [...args, times, devices, `--directory=${folder}`, "."], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    tar.once("error", reject);
    tar.once("close", resolve);
  });
  const plain = hashing();
  const packed = hashing();
  const [code] = await Promise.all([
    ended,
    pipeline(tar.stdout, plain.stream, createGzip({ level: 6 }), packed.stream, createWriteStream(file)),
  ]);
  if (code !== 0) throw new Error(`tar of ${folder} ended with exit code ${String(code)}`);
  return { digest: packed.digest(), diffId: plain.digest(), size: packed.size() };
}
