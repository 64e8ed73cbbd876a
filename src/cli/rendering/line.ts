import { stripVTControlCharacters } from "node:util";
import { displayWidth, graphemes } from "./display-width.ts";

/** How a span looks, as far as the terminal can show it. */
export type Look = "good" | "bad" | "warn" | "strong" | "faint" | "accent";

/** A piece of a line that looks the same all over. */
export interface Span {
  readonly text: string;
  readonly look?: Look | undefined;
}

/** One line of output: renderers are functions to lines, and only the edge knows colours and widths. */
export type Line = readonly Span[];

/**
 * Makes text fit to be shown: what comes from outside may hold escape sequences that would move the cursor, and
 * line breaks that would break a line.
 */
export function printable(text: string): string {
  return stripVTControlCharacters(text)
    .replaceAll(/[\t\r\n]+/g, " ")
    .replaceAll(/[\p{Cc}\p{Co}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, "\uFFFD");
}

/** Makes a line of spans; strings are spans without a look. */
export function line(...parts: readonly (Span | string | undefined)[]): Line {
  return parts
    .map((part): Span => (typeof part === "object" ? part : { text: part ?? "" }))
    .map((span) => ({ ...span, text: printable(span.text) }))
    .filter(({ text }) => text !== "");
}

/** Makes a span that looks like this. */
export function as(look: Look, text: string): Span {
  return { text, look };
}

/** The text of a line without its looks. */
export function plain(spans: Line): string {
  return spans.map(({ text }) => text).join("");
}

/** Cuts a line to a display width, ending it in `…` when something is missing. */
export function fit(spans: Line, width: number): Line {
  if (displayWidth(plain(spans)) <= width) return spans;
  const kept: Span[] = [];
  let left = Math.max(0, width - 1);
  for (const span of spans) {
    let text = "";
    for (const grapheme of graphemes(span.text)) {
      const wide = displayWidth(grapheme);
      if (wide > left) {
        kept.push({ ...span, text: width > 0 ? `${text}…` : text });
        return kept;
      }
      text += grapheme;
      left -= wide;
    }
    kept.push(span);
  }
  return kept;
}

/** Pads text with spaces to a display width. */
export function pad(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - displayWidth(text)));
}
