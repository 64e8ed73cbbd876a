import { styleText } from "node:util";
import type { Line, Look } from "./line.ts";

/** Gives text a look. */
export type Paint = (look: Look, text: string) => string;

const formats = {
  good: "green",
  bad: "red",
  warn: "yellow",
  strong: "bold",
  faint: "dim",
  accent: "cyan",
} as const satisfies Record<Look, Parameters<typeof styleText>[0]>;

/** Paints for a stream, as far as it shows colours: NO_COLOR, FORCE_COLOR, TERM and pipes are obeyed (util.styleText). */
export function paintFor(stream: NodeJS.WritableStream): Paint {
  return (look, text) => styleText(formats[look], text, { stream });
}

/** Writes a line in its looks. */
export function painted(spans: Line, paint: Paint): string {
  return spans.map(({ text, look }) => (look === undefined ? text : paint(look, text))).join("");
}
