import { readFile } from "node:fs/promises";
import { Failure } from "../../model/failure.ts";

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EACCES: "you may not read it",
  EISDIR: "it is a folder",
  ENOTDIR: "a part of its path is not a folder",
};

/**
 * Reads a text file that the operator named.
 * @param missing what to do when it is not there
 * @throws Failure with the given code
 */
export async function readText(
  file: string,
  failure: { code: string; attempted: string; missing: string },
): Promise<string> {
  try {
    return (await readFile(file, "utf8")).replace(/^\uFEFF/, "");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    throw new Failure(
      {
        code: failure.code,
        attempted: failure.attempted,
        subject: file,
        found: reasons[code] ?? (error instanceof Error ? error.message : String(error)),
        next: code === "ENOENT" ? failure.missing : "Name another file, or mend this one.",
      },
      { cause: error },
    );
  }
}
