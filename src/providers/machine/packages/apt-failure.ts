import { Failure } from "../../../model/failure.ts";

/** Why apt's work with the archive can fail. */
export type ArchiveFailureCode =
  | "archive-signature"
  | "archive-stale"
  | "archive-unreachable"
  | "disk-full"
  | "archive-failed";

interface Meaning {
  readonly code: ArchiveFailureCode;
  readonly sign: RegExp;
  readonly found: string;
  readonly next: string;
}

/** Signs in apt's words, the more serious first: a bad signature often brings failed downloads with it. */
const meanings: readonly Meaning[] = [
  {
    code: "disk-full",
    sign: /No space left on device|don't have enough free space|Disk quota exceeded/,
    found: "the disk that holds the package cache is full",
    next: "Make room on the disk of the package cache, then try again.",
  },
  {
    // Its consequence reads like a bad signature.
    code: "archive-failed",
    sign: /Couldn't create temporary file|Unable to mkstemp/,
    found: "apt cannot make temporary files, so it cannot check signatures",
    next: "Make sure that everybody may write to the folder for temporary files: `ls -ld /tmp` shows drwxrwxrwt.",
  },
  {
    code: "archive-signature",
    sign: /NO_PUBKEY|BADSIG|NODATA|EXPKEYSIG|REVKEYSIG|is not signed|signatures? (?:couldn't|could not|were|was|verification)|OpenPGP signature verification failed|Clearsigned file isn't valid|signed-by|sqv returned an error/i,
    found: "the archive's index is not signed by a key of Debian's keyring on this computer",
    next: "Do not use this mirror until you know why: see which mirror the computer's apt sources name, whether a proxy answers in its place, and that the Debian package debian-archive-keyring is up to date.",
  },
  {
    code: "archive-stale",
    sign: /Release file .* (?:is expired|expired|is not valid yet)|is expired \(invalid since/,
    found: "the archive's index is not valid at this time",
    next: "Check this computer's clock and whether the mirror is still kept up to date.",
  },
  {
    code: "archive-unreachable",
    sign: /Could not (?:resolve|connect)|Temporary failure|Unable to connect|Connection (?:failed|refused|timed out|reset)|Cannot initiate the connection|Network is unreachable|No route to host|Failed to fetch|404 {2}Not Found|Could not handshake|Certificate verification failed|Mirror sync in progress|Hash Sum mismatch/,
    found: "the Debian archive did not answer with what was asked for",
    next: "Check this computer's network, its apt sources and apt's proxy settings (`apt-config dump Acquire`), then try again.",
  },
];

/** Makes the failure that apt's words mean; `details` are the words themselves. */
export function archiveFailure(words: string, attempted: string, subject?: string): Failure {
  const details = complaints(words);
  const meaning = meanings.find(({ sign }) => sign.test(details.join("\n")));
  return new Failure({
    code: meaning?.code ?? "archive-failed",
    attempted,
    subject,
    found: meaning?.found ?? "apt could not do it",
    next: meaning?.next ?? "Read apt's words below, mend the cause and try again.",
    details,
  });
}

/** The lines in which apt complains, with those that belong to them; all lines when none is marked. */
export function complaints(words: string): readonly string[] {
  const lines = words.split("\n").filter((line) => line.trim() !== "");
  const kept: string[] = [];
  let belongs = false;
  for (const line of lines) {
    // What apt says about its own user is about this computer's folders, not about what went wrong.
    if (!/^\s/.test(line)) belongs = /^[EW]: /.test(line) && !line.includes("performed unsandboxed");
    if (belongs && !kept.includes(line)) kept.push(line);
  }
  return (kept.length === 0 ? lines : kept).slice(-30);
}
