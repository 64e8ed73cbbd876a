/** Characters that JSON leaves as they are and that a terminal, or a reader's eye, may take for something else. */
const treacherous = /[\u007F-\u009F\u200E\u200F\u2028-\u202E\u2066-\u2069]/g;

/**
 * Writes a value as JSON that can be shown on a terminal: the same value to every parser, with nothing in it that
 * moves the cursor or turns the direction of writing.
 * @param indent spaces per level; without it everything is on one line
 */
export function jsonText(value: unknown, indent?: number): string {
  return JSON.stringify(value, undefined, indent).replaceAll(treacherous, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}
