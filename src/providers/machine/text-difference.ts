import { structuredPatch } from "diff";

/** Most lines of one difference that are shown. */
const most = 60;

/** The lines of a unified diff between two texts, without a header. Pure. */
export function textDifference(before: string, after: string): readonly string[] {
  const { hunks } = structuredPatch("", "", before, after, "", "", { context: 2 });
  const lines = hunks.flatMap((hunk) => hunk.lines.filter((line) => !line.startsWith("\\")));
  return lines.length <= most ? lines : [...lines.slice(0, most), `… and ${String(lines.length - most)} more lines`];
}
