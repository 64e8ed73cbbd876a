import assert from "node:assert/strict";
import { test } from "node:test";
import { labelCells } from "./label-cells.ts";

void test("each cell has the name of its column, in every row anew, and the role that it had", () => {
  const rows = '<tr><th scope="row">a</th><td>1 &lt;td&gt;</td></tr><tr class="x"><td><time>b</time></td></tr>';
  assert.equal(
    labelCells(rows, ["Name", 'The "<number>" & more']),
    '<tr role="row"><th role="rowheader" data-label="Name" scope="row">a</th>' +
      '<td role="cell" data-label="The &quot;&lt;number&gt;&quot; &amp; more">1 &lt;td&gt;</td></tr>' +
      '<tr role="row" class="x"><td role="cell" data-label="Name"><time>b</time></td></tr>',
  );
});

void test("other elements are left alone, and cells without a column have no name", () => {
  assert.equal(labelCells("<thead></thead><track><tdx>", ["a"]), "<thead></thead><track><tdx>");
  assert.equal(labelCells("<td>", []), '<td role="cell" data-label="">');
});
