import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { mock, test } from "node:test";
import { line, type Line } from "../rendering/line.ts";
import { startLiveView, type Screen } from "./live-view.ts";

/** A terminal that understands what a live view writes, and keeps what was written. */
function makeScreen(columns: number, rows: number) {
  const events = new EventEmitter();
  const cells: string[] = [];
  const writes: string[] = [];
  let row = 0;
  const take = (text: string): void => {
    for (const [, up, erase, newline, letter] of text.matchAll(/\u001B\[(?:(\d+)A|(J)|[?\d]*[hlK])|(\n)|([^\r])/g)) {
      if (up !== undefined) row = Math.max(0, row - Number(up));
      else if (erase !== undefined) cells.length = row;
      else if (newline !== undefined) row += 1;
      else if (letter !== undefined) cells[row] = (cells[row] ?? "") + letter;
    }
  };
  const screen: Screen & { columns: number } = {
    columns,
    rows,
    write(text) {
      writes.push(text);
      take(text);
    },
    on: (event, listener) => events.on(event, listener),
    off: (event, listener) => events.off(event, listener),
  };
  return { screen, writes, lines: () => cells.slice(), resize: () => events.emit("resize") };
}

const paint = (_: unknown, text: string): string => text;

test("lines are drawn in place, at most ten times a second, and the last ones stay", (context) => {
  context.after(() => mock.timers.reset());
  mock.timers.enable({ apis: ["setInterval"] });
  const { screen, writes, lines } = makeScreen(40, 24);
  let content: readonly Line[] = [line("one"), line("two")];
  const view = startLiveView(screen, paint, () => content);
  assert.deepEqual(lines(), ["one", "two"]);
  content = [line("one, more"), line("two"), line("three")];
  mock.timers.tick(99);
  assert.deepEqual(lines(), ["one", "two"]);
  mock.timers.tick(1);
  assert.deepEqual(lines(), ["one, more", "two", "three"]);
  content = [line("done")];
  view.end("stay");
  assert.deepEqual(lines(), ["done"]);
  const written = writes.length;
  mock.timers.tick(1000);
  view.end("stay");
  assert.equal(writes.length, written);
});

test("a drawing is one write inside synchronized output, and the cursor comes back", () => {
  const { screen, writes } = makeScreen(40, 24);
  startLiveView(screen, paint, () => [line("one"), line("two")]).end("stay");
  assert.equal(writes[0], "\u001B[?25l");
  assert.ok(writes[1]?.startsWith("\u001B[?2026h") && writes[1].endsWith("\u001B[?2026l"));
  assert.equal(writes.at(-1), "\u001B[?25h");
});

test("what only looks leaves nothing behind", () => {
  const { screen, lines } = makeScreen(40, 24);
  startLiveView(screen, paint, () => [line("looking")]).end("vanish");
  assert.deepEqual(lines(), []);
});

test("nothing is wider than the terminal, and it gets so many rows as there are", () => {
  const { screen, lines } = makeScreen(10, 8);
  const asked: (number | undefined)[] = [];
  const view = startLiveView(screen, paint, (rows) => {
    asked.push(rows);
    return [line("0123456789abc")];
  });
  assert.deepEqual(lines(), ["01234567…"]);
  view.end("stay");
  assert.deepEqual(asked, [7, undefined]);
});

test("a terminal that became narrower has wrapped the lines, and they are all taken back", () => {
  const { screen, writes, resize } = makeScreen(20, 24);
  const view = startLiveView(screen, paint, () => [line("0123456789"), line("ab")]);
  screen.columns = 5;
  resize();
  // Ten columns became two rows of five, and the second line takes one.
  assert.ok(writes.at(-1)?.startsWith("\u001B[?2026h\u001B[3A\r\u001B[J"), JSON.stringify(writes.at(-1)));
  view.end("stay");
});
