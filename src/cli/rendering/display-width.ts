// Made when it is first needed: loading its data takes longer than all the rest of a short command's rendering.
let segmenter: Intl.Segmenter | undefined;

// Unicode Standard Annex 11: scripts whose characters take two columns, and full-width forms.
const wide =
  /\p{Emoji_Presentation}|\uFE0F|[\p{scx=Han}\p{scx=Hangul}\p{scx=Hiragana}\p{scx=Katakana}\u3000-\u303E\uFF01-\uFF60\uFFE0-\uFFE6]/u;
const narrowForms = /^[\uFF61-\uFFDC\uFFE8-\uFFEE]$/u;
const nothing = /^[\p{Mn}\p{Me}\p{Cf}]+$/u;

/** Splits text into what a reader sees as single characters. */
export function graphemes(text: string): readonly string[] {
  segmenter ??= new Intl.Segmenter(undefined, { granularity: "grapheme" });
  return [...segmenter.segment(text)].map(({ segment }) => segment);
}

/** Gives the number of terminal columns that text takes. It must not hold control characters. */
export function displayWidth(text: string): number {
  if (/^[ -~]*$/.test(text)) return text.length;
  let width = 0;
  for (const grapheme of graphemes(text)) {
    if (nothing.test(grapheme)) continue;
    width += wide.test(grapheme) && !narrowForms.test(grapheme) ? 2 : 1;
  }
  return width;
}
