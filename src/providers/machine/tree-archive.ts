import { gzipSync } from "node:zlib";
import { pack } from "tar-stream";
import { referencesIn, substitute } from "../../model/reference.ts";
import type { TreeFile } from "../../system/generation.ts";

/**
 * Packs files of a generation's tree into a compressed tar archive, secrets filled in.
 * @param reveal gives the value of a secret
 */
export async function treeArchive(
  files: readonly TreeFile[],
  reveal: (secret: string) => Promise<string>,
): Promise<Buffer> {
  const archive = pack();
  const chunks: Buffer[] = [];
  archive.on("data", (chunk) => chunks.push(chunk as Buffer));
  const done = new Promise<void>((resolve, reject) => {
    archive.on("end", resolve);
    archive.on("error", reject);
  });
  const names = files.flatMap(({ content }) =>
    referencesIn(content).flatMap((reference) => ("$secret" in reference ? [reference.$secret] : [])),
  );
  const values = new Map(await Promise.all(names.map(async (name) => [name, await reveal(name)] as const)));
  for (const { path, mode, content } of files) {
    const text = substitute(content, (reference) =>
      "$secret" in reference ? values.get(reference.$secret) : undefined,
    );
    // A fixed time makes equal trees equal bytes.
    archive.entry({ name: path, mode: Number.parseInt(mode, 8), mtime: new Date(0) }, String(text));
  }
  archive.finalize();
  await done;
  return gzipSync(Buffer.concat(chunks));
}
