const escapes: Readonly<Record<string, string>> = { "&": "&amp;", '"': "&quot;", "<": "&lt;", ">": "&gt;" };
const escaped = (text: string): string => text.replaceAll(/[&"<>]/g, (character) => escapes[character] ?? "");

/**
 * Gives each cell of a table's rows the name of its column, which narrow screens show beside it, and the roles that a table
 * loses there, where it is shown as blocks. Pure.
 * @param rows HTML, without tables in its cells
 */
export function labelCells(rows: string, columns: readonly string[]): string {
  let column = 0;
  return rows.replaceAll(/<(?<tag>tr|td|th)(?=[\s>])/g, (_, tag: string) => {
    if (tag === "tr") {
      column = 0;
      return '<tr role="row"';
    }
    const label = escaped(columns[column] ?? "");
    column += 1;
    return `<${tag} role="${tag === "th" ? "rowheader" : "cell"}" data-label="${label}"`;
  });
}
