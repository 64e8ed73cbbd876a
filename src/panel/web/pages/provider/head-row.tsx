import type { FC } from "hono/jsx";

/** The first row of a table: the names of its columns, in the order in which the catalogue of texts has them. */
export const HeadRow: FC<{ readonly columns: { readonly [column: string]: string } }> = ({ columns }) => (
  <thead>
    <tr>
      {Object.values(columns).map((column) => (
        <th scope="col">{column}</th>
      ))}
    </tr>
  </thead>
);
