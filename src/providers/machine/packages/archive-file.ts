/** A package's file in the archive, as apt would fetch it. */
export interface ArchiveFile {
  readonly uri: string;
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  readonly fileName: string;
  /** Bytes. */
  readonly size: number;
  /** Hexadecimal, lower case; from an index that the archive's key has signed. */
  readonly sha256: string;
}

const printedUri = /^'([^']+)' (([a-z0-9][a-z0-9+.-]*)_([^_/\s]+)_([a-z0-9-]+)\.deb) (\d+) SHA256:([0-9a-f]{64})$/;

/**
 * Reads what `apt-get install --print-uris` says with `Acquire::ForceHash=SHA256`: one line a file,
 * `'URI' name_version_architecture.deb size SHA256:hash` (apt-get(8)). Other lines are apt's talk and left out.
 */
export function parsePrintedUris(text: string): readonly ArchiveFile[] {
  return text.split("\n").flatMap((line) => {
    const match = printedUri.exec(line.trim());
    if (match === null) return [];
    const [, uri = "", fileName = "", name = "", version = "", architecture = "", size = "", sha256 = ""] = match;
    return [{ uri, name, version: unquote(version), architecture, fileName, size: Number(size), sha256 }];
  });
}

/** apt writes the colon of an epoch (and any character a file's name should not have) as `%` and two digits. */
function unquote(text: string): string {
  return text.replaceAll(/%([0-9a-f]{2})/gi, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
}
