import { raw } from "hono/html";
import type { Child, FC } from "hono/jsx";
import { render } from "../render.ts";
import { labelCells } from "./label-cells.ts";

/** A table that becomes a list of its rows where the screen is too narrow for it. Its children are its rows. */
export const Table: FC<{
  readonly caption?: string;
  /** The names of the columns, in their order. */
  readonly columns: readonly string[];
  readonly children?: Child;
}> = async ({ caption, columns, children }) => (
  <div class="table">
    <table role="table">
      {caption !== undefined && <caption>{caption}</caption>}
      <thead role="rowgroup">
        <tr role="row">
          {columns.map((column) => (
            <th scope="col" role="columnheader">
              {column}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">{raw(labelCells(await render(<>{children}</>), columns))}</tbody>
    </table>
  </div>
);
